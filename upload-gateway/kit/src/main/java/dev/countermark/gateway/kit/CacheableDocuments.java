package dev.countermark.gateway.kit;

import dev.countermark.contracts.Bytes;
import dev.countermark.gateway.content.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Small public documents that clients may keep: with a strong ETag, answered 304 when unchanged.
 */
public final class CacheableDocuments {
  /** What a rotation or a change of settings replaces. */
  public static final int CURRENT_SECONDS = 60;

  /** What is named by its own hash. */
  public static final int FIXED_SECONDS = 86_400;

  private CacheableDocuments() {}

  /**
   * @param ifNoneMatch the request's header, or null
   * @param maxAgeSeconds how long a cache may hold it unasked
   */
  public static Response response(
      byte[] content, String mediaType, String ifNoneMatch, int maxAgeSeconds) {
    EntityTag tag = new EntityTag(sha256(content));
    Response.ResponseBuilder response =
        tag.isNamedIn(Optional.ofNullable(ifNoneMatch))
            ? tag.notModified()
            : Response.ok(new AnswerBytes(content))
                .header(HttpHeaders.CONTENT_TYPE, mediaType)
                .header(HttpHeaders.ETAG, tag.quoted());
    return response.header(HttpHeaders.CACHE_CONTROL, "public, max-age=" + maxAgeSeconds).build();
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  public static byte[] utf8(String text) {
    return Bytes.utf8(text).toArray();
  }
}
