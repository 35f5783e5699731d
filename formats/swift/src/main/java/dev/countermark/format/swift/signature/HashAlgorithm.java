package dev.countermark.format.swift.signature;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** The hash functions that clients take; what we make is always {@link #SHA256}. */
public enum HashAlgorithm {
  SHA256(NISTObjectIdentifiers.id_sha256, X9ObjectIdentifiers.ecdsa_with_SHA256, "SHA-256"),
  SHA384(NISTObjectIdentifiers.id_sha384, X9ObjectIdentifiers.ecdsa_with_SHA384, "SHA-384"),
  SHA512(NISTObjectIdentifiers.id_sha512, X9ObjectIdentifiers.ecdsa_with_SHA512, "SHA-512");

  private final ASN1ObjectIdentifier oid;
  private final ASN1ObjectIdentifier ecdsa;
  private final String javaName;

  HashAlgorithm(ASN1ObjectIdentifier oid, ASN1ObjectIdentifier ecdsa, String javaName) {
    this.oid = oid;
    this.ecdsa = ecdsa;
    this.javaName = javaName;
  }

  static Optional<HashAlgorithm> of(ASN1ObjectIdentifier oid) {
    return Arrays.stream(values()).filter(a -> a.oid.equals(oid)).findFirst();
  }

  /** ECDSA with this hash. */
  ASN1ObjectIdentifier ecdsa() {
    return ecdsa;
  }

  public MessageDigest digest() {
    try {
      return MessageDigest.getInstance(javaName);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + javaName, e);
    }
  }

  /** Of content in memory. */
  public byte[] hash(byte[] content) {
    return digest().digest(content);
  }
}
