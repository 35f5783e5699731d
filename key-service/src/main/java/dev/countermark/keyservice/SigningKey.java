package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;

/** A private key in memory; signs deterministically. */
sealed interface SigningKey permits EcdsaKey, RsaKey {
  /** What a {@link KeyRecord} calls it. */
  String algorithm();

  /** DER SubjectPublicKeyInfo. */
  Bytes spki();

  /** SHA-256 of {@link #spki}, lower-case hexadecimal. */
  String fingerprint();

  /**
   * @param hash SHA-256 of the message, 32 bytes
   */
  Bytes sign(Bytes hash);

  /** A copy of what is kept secret, in the algorithm's own form; the caller overwrites it. */
  byte[] secret();

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
