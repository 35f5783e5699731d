package dev.countermark.gateway.kit;

import dev.countermark.contracts.Bytes;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

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
    String etag = "\"" + sha256(content) + "\"";
    boolean unchanged =
        ifNoneMatch != null
            && Arrays.stream(ifNoneMatch.split(","))
                .map(String::strip)
                .map(t -> t.startsWith("W/") ? t.substring(2) : t)
                .anyMatch(t -> t.equals(etag) || t.equals("*"));
    Response.ResponseBuilder response =
        unchanged
            ? Response.notModified()
            : Response.ok(new AnswerBytes(content)).header(HttpHeaders.CONTENT_TYPE, mediaType);
    return response
        .header(HttpHeaders.ETAG, etag)
        .header(HttpHeaders.CACHE_CONTROL, "public, max-age=" + maxAgeSeconds)
        .build();
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
