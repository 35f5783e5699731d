package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-256-GCM: 12-byte nonce, ciphertext, 16-byte tag. */
final class AesGcm {
  private static final int NONCE_LENGTH = 12;
  private static final int TAG_BITS = 128;

  private AesGcm() {}

  static Bytes encrypt(SecureRandom random, byte[] key, byte[] plain, byte[] aad) {
    try {
      byte[] nonce = new byte[NONCE_LENGTH];
      random.nextBytes(nonce);
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce, aad);
      byte[] sealed = Arrays.copyOf(nonce, NONCE_LENGTH + cipher.getOutputSize(plain.length));
      cipher.doFinal(plain, 0, plain.length, sealed, NONCE_LENGTH);
      return Bytes.of(sealed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES/GCM", e);
    }
  }

  /**
   * @throws GeneralSecurityException when it was altered, or encrypted by another key or for
   *     something else
   */
  static byte[] decrypt(byte[] key, Bytes sealed, byte[] aad) throws GeneralSecurityException {
    byte[] all = sealed.toArray();
    if (all.length < NONCE_LENGTH + TAG_BITS / 8) {
      throw new GeneralSecurityException(all.length + " bytes are too few");
    }
    Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, Arrays.copyOf(all, NONCE_LENGTH), aad);
    return cipher.doFinal(all, NONCE_LENGTH, all.length - NONCE_LENGTH);
  }

  private static Cipher cipher(int mode, byte[] key, byte[] nonce, byte[] aad)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(aad);
    return cipher;
  }
}
