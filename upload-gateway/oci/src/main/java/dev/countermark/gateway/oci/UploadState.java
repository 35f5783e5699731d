package dev.countermark.gateway.oci;

import dev.countermark.contracts.Json;
import dev.countermark.contracts.Part;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Where a blob upload stands. It travels in the upload's address, authenticated, so that any
 * replica can go on and nothing has to be stored.
 *
 * @param id of the upload, a UUID
 * @param name the image it belongs to
 * @param offset bytes received
 * @param parts what was received; empty when {@code spilled}
 * @param spilled whether the parts lie in the store because they are too many for an address
 * @param whole SHA-256 of all bytes, when they came in one request
 * @param startedAt epoch milliseconds
 */
record UploadState(
    String id,
    String name,
    long offset,
    List<Part> parts,
    boolean spilled,
    Optional<String> whole,
    long startedAt) {
  /** An address must fit into a request line of 4 KiB. */
  static final int MOST_PARTS = 12;

  UploadState {
    parts = List.copyOf(parts);
    whole = whole == null ? Optional.empty() : whole;
  }

  /** Writes and reads states in addresses. */
  static final class Codec {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final String ALGORITHM = "HmacSHA256";
    private final SecretKeySpec key;

    /**
     * @param secret the gateways' common secret
     */
    Codec(byte[] secret) {
      // A key of its own, derived from the secret that also signs tokens.
      this.key =
          new SecretKeySpec(
              mac(
                  new SecretKeySpec(secret, ALGORITHM),
                  "countermark upload state v1".getBytes(StandardCharsets.UTF_8)),
              ALGORITHM);
    }

    /** Safe in a query. */
    String write(UploadState state) {
      String content = BASE64.encodeToString(Json.write(state));
      return content + "." + mac(content);
    }

    /** Empty for anything that {@link #write} did not make. */
    Optional<UploadState> read(String text) {
      int dot = text == null ? -1 : text.indexOf('.');
      if (dot < 0) {
        return Optional.empty();
      }
      // Compared as texts: several Base64 texts stand for the same bytes.
      String content = text.substring(0, dot);
      byte[] given = text.substring(dot + 1).getBytes(StandardCharsets.UTF_8);
      return MessageDigest.isEqual(given, mac(content).getBytes(StandardCharsets.UTF_8))
          ? Optional.of(Json.read(Base64.getUrlDecoder().decode(content), UploadState.class))
          : Optional.empty();
    }

    private String mac(String content) {
      return BASE64.encodeToString(mac(key, content.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] mac(SecretKeySpec key, byte[] message) {
      try {
        Mac mac = Mac.getInstance(ALGORITHM);
        mac.init(key);
        return mac.doFinal(message);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
      }
    }
  }
}
