package dev.countermark.gateway.content;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/**
 * Answers GET and HEAD for a file: whole, a range of it, or that it did not change.
 *
 * @see "RFC 9110, sections 13 and 14"
 */
public final class FileAnswers {
  private FileAnswers() {}

  /**
   * The answer with {@code ETag}, {@code Accept-Ranges}, {@code Content-Length} and what goes with
   * a range; the caller adds what the file is.
   *
   * @param size of the file, bytes
   * @param tag opaque; changes with every byte of the file
   * @throws UnsatisfiableRangeException when the range holds no byte of the file
   */
  public static Response.ResponseBuilder answer(
      HttpHeaders request, boolean head, long size, String tag, FileBody.Opener file) {
    EntityTag held = new EntityTag(tag);
    if (held.isHeldBy(request)) {
      return held.notModified();
    }
    String etag = held.quoted();
    String wanted = head ? null : request.getHeaderString("Range");
    if (header(request, "If-Range").filter(v -> !v.strip().equals(etag)).isPresent()) {
      wanted = null;
    }
    ByteRange.Request asked = ByteRange.request(wanted, size);
    if (asked instanceof ByteRange.Request.Unsatisfiable) {
      throw new UnsatisfiableRangeException(size);
    }
    boolean whole = asked instanceof ByteRange.Request.Whole;
    ByteRange range =
        asked instanceof ByteRange.Request.Part part ? part.range() : new ByteRange(0, size - 1);
    Response.ResponseBuilder response =
        Response.status(whole ? 200 : 206)
            .header(HttpHeaders.CONTENT_LENGTH, range.length())
            .header("Accept-Ranges", "bytes")
            .header(HttpHeaders.ETAG, etag);
    if (!whole) {
      response.header("Content-Range", "bytes " + range.first() + "-" + range.last() + "/" + size);
    }
    if (!head && size > 0) {
      response.entity(new FileBody(range.first(), range.length(), file));
    }
    return response;
  }

  private static Optional<String> header(HttpHeaders request, String name) {
    return Optional.ofNullable(request.getHeaderString(name)).filter(v -> !v.isBlank());
  }
}
