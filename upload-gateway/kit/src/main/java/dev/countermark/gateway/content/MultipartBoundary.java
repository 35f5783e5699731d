package dev.countermark.gateway.content;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What separates the parts of a {@code multipart/form-data} body. */
public final class MultipartBoundary {
  private static final Pattern TYPE =
      Pattern.compile(
          "multipart/form-data\\s*;.*?boundary=(?:\"([^\"]{1,70})\"|([^\\s;\"]{1,70})).*",
          Pattern.CASE_INSENSITIVE);

  private MultipartBoundary() {}

  /**
   * The boundary, ASCII; empty when the body is something else.
   *
   * @param contentType the request's; may be null
   */
  public static Optional<byte[]> of(String contentType) {
    Matcher type = TYPE.matcher(contentType == null ? "" : contentType.strip());
    if (!type.matches()) {
      return Optional.empty();
    }
    String boundary = type.group(1) == null ? type.group(2) : type.group(1);
    return Optional.of(boundary.getBytes(StandardCharsets.US_ASCII));
  }
}
