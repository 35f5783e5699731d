package dev.countermark.gateway.oci;

import dev.countermark.format.oci.OciName;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Where a page of a list of tags ended, in the address of the next one. It may have ended at a tag
 * that the caller must not know of, so it is encrypted: AES-GCM, nonce first, the image's name as
 * associated data.
 */
final class TagCursor {
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;

  /** A tag has 128 characters at most. */
  private static final int LONGEST = 256;

  private final SecureRandom random = new SecureRandom();
  private final SecretKeySpec key;

  /**
   * @param secret the gateways' common secret
   */
  TagCursor(byte[] secret) {
    this.key = new SecretKeySpec(derived(secret), "AES");
  }

  /** A key of its own: the secret has other uses. */
  private static byte[] derived(byte[] secret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, mac.getAlgorithm()));
      return mac.doFinal("countermark tag cursor v1".getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  /** Safe in a query. */
  String write(OciName name, String tag) {
    byte[] nonce = new byte[NONCE];
    random.nextBytes(nonce);
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, nonce, name).doFinal(tag.getBytes(StandardCharsets.UTF_8));
      byte[] all = Arrays.copyOf(nonce, NONCE + sealed.length);
      System.arraycopy(sealed, 0, all, NONCE, sealed.length);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + CIPHER, e);
    }
  }

  /** Empty for anything that {@link #write} did not make for this image. */
  Optional<String> read(OciName name, String text) {
    if (text.length() > LONGEST) {
      return Optional.empty();
    }
    try {
      byte[] all = Base64.getUrlDecoder().decode(text);
      if (all.length <= NONCE) {
        return Optional.empty();
      }
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(all, NONCE), name);
      return Optional.of(
          new String(cipher.doFinal(all, NONCE, all.length - NONCE), StandardCharsets.UTF_8));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Cipher cipher(int mode, byte[] nonce, OciName name) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(name.value().getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
