package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.KeyTerms;
import java.security.SecureRandom;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/** A private key in memory; signs deterministically. */
sealed interface SigningKey permits EcdsaKey, RsaKey {
  /** What a {@link KeyRecord} calls it. */
  String algorithm();

  /** DER SubjectPublicKeyInfo. */
  Bytes spki();

  /** SHA-256 of {@link #spki}, lower-case hexadecimal. */
  String fingerprint();

  /** How certificates name the signatures that this key makes. */
  AlgorithmIdentifier signatureAlgorithm();

  /**
   * @param hash SHA-256 of the message, 32 bytes
   */
  Bytes sign(Bytes hash);

  /**
   * Whether the public half accepts a signature.
   *
   * @param hash SHA-256 of the message, 32 bytes
   */
  boolean verifies(Bytes hash, Bytes signature);

  /** A copy of what is kept secret, in the algorithm's own form; the caller overwrites it. */
  byte[] secret();

  /**
   * A new key; takes a second or so where it is RSA.
   *
   * @param rsaBits where it is RSA
   */
  static SigningKey generate(KeyTerms.Algorithm algorithm, int rsaBits, SecureRandom random) {
    return switch (algorithm) {
      case ECDSA -> EcdsaKey.generate(random);
      case RSA -> RsaKey.generate(random, rsaBits);
    };
  }

  /**
   * @param secret as {@link #secret} gave it
   * @throws IllegalArgumentException when it is no key of this algorithm
   */
  static SigningKey of(String algorithm, byte[] secret) {
    return switch (algorithm) {
      case EcdsaKey.ALGORITHM -> EcdsaKey.of(secret);
      case RsaKey.ALGORITHM -> RsaKey.of(secret);
      default -> throw new IllegalArgumentException("unknown algorithm " + algorithm);
    };
  }
}
