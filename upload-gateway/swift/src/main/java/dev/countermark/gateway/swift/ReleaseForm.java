package dev.countermark.gateway.swift;

import dev.countermark.contracts.Bytes;
import dev.countermark.gateway.content.MultipartBoundary;
import dev.countermark.gateway.content.Spool;
import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.kit.Failed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.fileupload.FileUploadBase.FileUploadIOException;
import org.apache.commons.fileupload.MultipartStream;

/**
 * The body of a publication: the archive on the local disk, the rest in memory. Parts need no file
 * name, because the client sends none; {@code quoted-printable} is not decoded, because the client
 * says it and sends the bytes as they are.
 *
 * @see "swift reference, section 1.9"
 */
final class ReleaseForm implements AutoCloseable {
  /**
   * Most bytes.
   *
   * @param spool for archives
   */
  record Limits(long archive, int metadata, int signature, SpoolFolder spool) {
    /** Of a whole form, whose parts may come as Base64 in lines. */
    long body() {
      return 3 * (archive + metadata + 2L * signature) / 2 + (1 << 20);
    }
  }

  private enum Part {
    ARCHIVE("source-archive"),
    ARCHIVE_SIGNATURE("source-archive-signature"),
    METADATA("metadata"),
    METADATA_SIGNATURE("metadata-signature");

    private final String name;

    Part(String name) {
      this.name = name;
    }

    static Optional<Part> of(String name) {
      for (Part part : values()) {
        if (part.name.equals(name)) {
          return Optional.of(part);
        }
      }
      return Optional.empty();
    }
  }

  private static final int BUFFER = 64 * 1024;
  private static final int MAX_PARTS = 16;

  /** Bytes behind the last boundary, which nobody needs. */
  private static final int MAX_EPILOGUE = 64 * 1024;

  private static final Pattern NAME =
      Pattern.compile(
          "form-data\\s*;(?:.*;)?\\s*name\\s*=\\s*(?:\"([^\"]{0,100})\"|([^\\s;\"]{1,100})).*",
          Pattern.CASE_INSENSITIVE);

  private final Map<Part, Bytes> inMemory = new EnumMap<>(Part.class);
  private Spool archive;

  private ReleaseForm() {}

  /**
   * Receives a body.
   *
   * @param contentType the request's; may be null
   * @throws Failed 400, 413, 415 or 422 when it is something else
   */
  static ReleaseForm receive(InputStream body, String contentType, Limits limits)
      throws IOException {
    byte[] boundary =
        MultipartBoundary.of(contentType)
            .orElseThrow(() -> new Failed(415, "Send the release as multipart/form-data."));
    ReleaseForm form = new ReleaseForm();
    try {
      form.read(new MultipartStream(body, boundary, BUFFER, null), limits);
      readToTheEnd(body);
      if (form.archive == null) {
        throw SwiftDialect.unprocessable(
            "The request has no archive: send it as the part source-archive.");
      }
      return form;
    } catch (MultipartStream.MalformedStreamException
        | FileUploadIOException
        | IllegalArgumentException e) {
      form.close();
      throw malformed();
    } catch (IOException | RuntimeException e) {
      form.close();
      throw e;
    }
  }

  /**
   * Whoever breaks off has not published, even when all parts had arrived: the client does not know
   * that they had.
   */
  private static void readToTheEnd(InputStream body) throws IOException {
    if (body.readNBytes(MAX_EPILOGUE + 1).length > MAX_EPILOGUE) {
      throw malformed();
    }
  }

  private static Failed malformed() {
    return new Failed(400, "The request is not well-formed multipart/form-data.");
  }

  private void read(MultipartStream parts, Limits limits) throws IOException {
    boolean more = parts.skipPreamble();
    for (int count = 0; more; count++) {
      if (count == MAX_PARTS) {
        throw new Failed(400, "The request has too many parts.");
      }
      String headers = parts.readHeaders(); // at most 512 bytes
      Optional<Part> part = name(headers).flatMap(Part::of);
      if (part.isEmpty()) {
        parts.discardBodyData();
      } else {
        receive(part.get(), encoding(headers), parts, limits);
      }
      more = parts.readBoundary();
    }
  }

  private static Optional<String> name(String headers) {
    Matcher name = NAME.matcher(header(headers, "content-disposition"));
    return name.matches()
        ? Optional.of(name.group(1) == null ? name.group(2) : name.group(1))
        : Optional.empty();
  }

  private static String encoding(String headers) {
    return header(headers, "content-transfer-encoding").toLowerCase(Locale.ROOT);
  }

  private static String header(String headers, String name) {
    for (String line : headers.split("\r\n")) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.substring(0, colon).strip().equalsIgnoreCase(name)) {
        return line.substring(colon + 1).strip();
      }
    }
    return "";
  }

  private void receive(Part part, String encoding, MultipartStream parts, Limits limits)
      throws IOException {
    if (part == Part.ARCHIVE ? archive != null : inMemory.containsKey(part)) {
      throw new Failed(400, "The request has two parts named " + part.name + ".");
    }
    Spool.Source content =
        to -> {
          try {
            copy(parts, encoding, to);
          } catch (Base64Sink.NotBase64Exception e) {
            throw new Failed(400, "The part " + part.name + " says that it is Base64, and is not.");
          }
        };
    if (part == Part.ARCHIVE) {
      try {
        archive = limits.spool().receive(content, limits.archive());
      } catch (Spool.TooLargeException e) {
        throw tooLarge(part, limits.archive());
      }
    } else {
      int limit = part == Part.METADATA ? limits.metadata() : limits.signature();
      Bounded memory = new Bounded(part, limit);
      content.copy(memory);
      inMemory.put(part, Bytes.of(memory.bytes.toByteArray()));
    }
  }

  private static void copy(MultipartStream parts, String encoding, OutputStream to)
      throws IOException {
    if (encoding.equals("base64")) {
      try (Base64Sink decoder = new Base64Sink(to)) {
        parts.readBodyData(decoder);
      }
    } else {
      parts.readBodyData(to);
    }
  }

  private static Failed tooLarge(Part part, long limit) {
    String most = limit >= 1 << 20 ? (limit >> 20) + " MiB" : (limit >> 10) + " KiB";
    return new Failed(413, "The part " + part.name + " may have at most " + most + ".");
  }

  /** What fits into memory, and no more. */
  private static final class Bounded extends OutputStream {
    private final Part part;
    private final int limit;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Bounded(Part part, int limit) {
      this.part = part;
      this.limit = limit;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] content, int offset, int length) {
      if (bytes.size() + length > limit) {
        throw tooLarge(part, limit);
      }
      bytes.write(content, offset, length);
    }
  }

  Spool archive() {
    return archive;
  }

  Optional<Bytes> archiveSignature() {
    return Optional.ofNullable(inMemory.get(Part.ARCHIVE_SIGNATURE));
  }

  Optional<Bytes> metadata() {
    return Optional.ofNullable(inMemory.get(Part.METADATA));
  }

  Optional<Bytes> metadataSignature() {
    return Optional.ofNullable(inMemory.get(Part.METADATA_SIGNATURE));
  }

  @Override
  public void close() throws IOException {
    if (archive != null) {
      archive.close();
    }
  }
}
