package dev.countermark.testkit.swift;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/** What comes with an archive in the one request with which a client publishes a release. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SwiftPublication(
    byte[] archive,
    Optional<byte[]> signature,
    Optional<String> metadata,
    Optional<byte[]> metadataSignature) {
  private static final String BYTES = "application/octet-stream";

  public static SwiftPublication of(SwiftPackage pkg) {
    return new SwiftPublication(pkg.archive(), Optional.empty(), pkg.metadata(), Optional.empty());
  }

  public static SwiftPublication of(byte[] archive) {
    return new SwiftPublication(archive, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * Makes a request to the address of a release its publication, as the client sends it: parts
   * without file names, metadata said to be quoted-printable but not. It does not wait until it is
   * signed.
   */
  public HttpRequest.Builder in(HttpRequest.Builder request, String token) {
    String boundary = UUID.randomUUID().toString();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    part(body, boundary, "source-archive", "application/zip", "binary", archive);
    signature.ifPresent(
        cms -> part(body, boundary, "source-archive-signature", BYTES, "binary", cms));
    metadata.ifPresent(
        json ->
            part(
                body,
                boundary,
                "metadata",
                "application/json",
                "quoted-printable",
                json.getBytes(StandardCharsets.UTF_8)));
    metadataSignature.ifPresent(
        cms -> part(body, boundary, "metadata-signature", BYTES, "binary", cms));
    body.writeBytes(ascii("\r\n--" + boundary + "--\r\n"));
    signature.ifPresent(cms -> request.header("X-Swift-Package-Signature-Format", "cms-1.0.0"));
    return request
        .header("Authorization", "Bearer " + token)
        .header("Accept", "application/vnd.swift.registry.v1+json")
        .header("Prefer", "respond-async")
        .header("Content-Type", "multipart/form-data;boundary=\"" + boundary + "\"")
        .PUT(BodyPublishers.ofByteArray(body.toByteArray()));
  }

  private static void part(
      ByteArrayOutputStream body,
      String boundary,
      String name,
      String type,
      String encoding,
      byte[] content) {
    body.writeBytes(
        ascii(
            "\r\n--"
                + boundary
                + "\r\nContent-Disposition: form-data; name=\""
                + name
                + "\"\r\nContent-Type: "
                + type
                + "\r\nContent-Transfer-Encoding: "
                + encoding
                + "\r\n\r\n"));
    body.writeBytes(content);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
