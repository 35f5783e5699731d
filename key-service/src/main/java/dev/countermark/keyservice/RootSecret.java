package dev.countermark.keyservice;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.HKDFParameters;

/**
 * The secret from which the keys of this installation's key service are derived (HKDF-SHA256, RFC
 * 5869): one that wraps the data keys of key records, one that authenticates audit records. Who
 * reads the keys bucket without it learns public keys only.
 */
public final class RootSecret {
  /** Shortest root secret, bytes. */
  public static final int MIN_LENGTH = 32;

  private static final int DERIVED_LENGTH = 32;

  private final byte[] wrappingKey;
  private final byte[] auditKey;
  private final String id;

  private RootSecret(byte[] wrappingKey, byte[] auditKey, String id) {
    this.wrappingKey = wrappingKey;
    this.auditKey = auditKey;
    this.id = id;
  }

  /**
   * @param secret at least {@link #MIN_LENGTH} random bytes; overwritten with zeros
   * @throws IllegalArgumentException when it is too short
   */
  public static RootSecret consume(byte[] secret) {
    try {
      if (secret.length < MIN_LENGTH) {
        throw new IllegalArgumentException(
            "the root secret has " + secret.length + " bytes, at least 32 are needed");
      }
      return new RootSecret(
          derive(secret, "countermark key-service v1: wrap data keys"),
          derive(secret, "countermark key-service v1: authenticate audit records"),
          HexFormat.of().formatHex(derive(secret, "countermark key-service v1: public id"), 0, 8));
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private static byte[] derive(byte[] secret, String info) {
    HKDFBytesGenerator hkdf = new HKDFBytesGenerator(new SHA256Digest());
    hkdf.init(new HKDFParameters(secret, null, info.getBytes(StandardCharsets.UTF_8)));
    byte[] derived = new byte[DERIVED_LENGTH];
    hkdf.generateBytes(derived, 0, derived.length);
    return derived;
  }

  /** The AES-256 key that wraps data keys; not copied, do not change or show it. */
  byte[] wrappingKey() {
    return wrappingKey;
  }

  /** The HMAC-SHA256 key of audit records; not copied, do not change or show it. */
  byte[] auditKey() {
    return auditKey;
  }

  /** Tells two root secrets apart without telling anything about them; 16 hexadecimal digits. */
  public String id() {
    return id;
  }

  /** The public id only. */
  @Override
  public String toString() {
    return "root secret " + id;
  }
}
