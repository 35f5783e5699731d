package dev.countermark.gateway.content;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a client calls the bytes that it got, and whether it has them still: the one place that
 * reads {@code If-None-Match} of a GET or HEAD. Whoever sends an {@code ETag} asks here first.
 *
 * @param opaque changes with every byte; no quotes in it
 * @see "RFC 9110, sections 8.8.3 and 13.1.2"
 */
public record EntityTag(String opaque) {
  /** A list of tags, compared weakly: a proxy that compresses makes them weak. */
  private static final Pattern TAG = Pattern.compile("(?:W/)?\"([^\"]*)\"|\\*");

  /** As the header has it. */
  public String quoted() {
    return '"' + opaque + '"';
  }

  /** Whether the client has it already. */
  public boolean isHeldBy(HttpHeaders request) {
    return isNamedIn(Optional.ofNullable(request.getHeaderString(HttpHeaders.IF_NONE_MATCH)));
  }

  /** The same of a header that somebody has taken out of the request. */
  public boolean isNamedIn(Optional<String> ifNoneMatch) {
    Matcher tags = TAG.matcher(ifNoneMatch.orElse(""));
    while (tags.find()) {
      if (tags.group(1) == null || tags.group(1).equals(opaque)) {
        return true;
      }
    }
    return false;
  }

  /** The answer to who has it; what else a 200 would say of it may be added. */
  public Response.ResponseBuilder notModified() {
    return Response.notModified().header(HttpHeaders.ETAG, quoted());
  }
}
