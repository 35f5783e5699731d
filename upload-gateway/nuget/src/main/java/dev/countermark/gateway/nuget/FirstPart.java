package dev.countermark.gateway.nuget;

import dev.countermark.gateway.content.MultipartBoundary;
import dev.countermark.gateway.kit.Failed;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.commons.fileupload.FileUploadBase.FileUploadIOException;
import org.apache.commons.fileupload.MultipartStream;

/**
 * The file of a push: the first part of a {@code multipart/form-data} body, whatever its name.
 * Other parts, which the NuGet client never sends, are not looked at, and must be small.
 *
 * @see "nuget reference, section 6.2"
 */
final class FirstPart {
  private static final int BUFFER = 16 * 1024;

  /** Bytes behind the part, which nobody needs. */
  private static final int MAX_FOLLOWING = 64 * 1024;

  private FirstPart() {}

  /**
   * Copies the bytes of the part, and reads the body to its end: whoever breaks off has not pushed,
   * even when the whole part had arrived, because the client does not know that it had.
   *
   * @param contentType the request's; may be null
   * @throws Failed 400 when the body is something else
   */
  static void copy(InputStream body, String contentType, OutputStream to) throws IOException {
    byte[] boundary =
        MultipartBoundary.of(contentType)
            .orElseThrow(() -> new Failed(400, "Push the package as multipart/form-data."));
    try {
      MultipartStream parts = new MultipartStream(body, boundary, BUFFER, null);
      if (!parts.skipPreamble()) {
        throw new Failed(400, "The request carries no package.");
      }
      parts.readHeaders(); // at most 512 bytes
      parts.readBodyData(to);
      parts.readBoundary();
      if (body.readNBytes(MAX_FOLLOWING + 1).length > MAX_FOLLOWING) {
        throw new Failed(400, "Push the package alone: too much follows it.");
      }
    } catch (MultipartStream.MalformedStreamException
        | FileUploadIOException
        | IllegalArgumentException e) {
      throw new Failed(400, "The request is not well-formed multipart/form-data.");
    }
  }
}
