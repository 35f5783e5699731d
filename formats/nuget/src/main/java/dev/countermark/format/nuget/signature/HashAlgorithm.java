package dev.countermark.format.nuget.signature;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;

/** The hash functions that signatures may use. */
public enum HashAlgorithm {
  SHA256(NISTObjectIdentifiers.id_sha256, "SHA-256", "SHA256withRSA"),
  SHA384(NISTObjectIdentifiers.id_sha384, "SHA-384", "SHA384withRSA"),
  SHA512(NISTObjectIdentifiers.id_sha512, "SHA-512", "SHA512withRSA");

  private final ASN1ObjectIdentifier oid;
  private final String javaName;
  private final String signature;

  HashAlgorithm(ASN1ObjectIdentifier oid, String javaName, String signature) {
    this.oid = oid;
    this.javaName = javaName;
    this.signature = signature;
  }

  /** Empty when signatures may not use it. */
  public static Optional<HashAlgorithm> of(String oid) {
    return Arrays.stream(values()).filter(a -> a.oid().equals(oid)).findFirst();
  }

  /** In dotted form. */
  public String oid() {
    return oid.getId();
  }

  /** PKCS#1 v1.5 with this hash, as {@code java.security.Signature} names it. */
  String signatureName() {
    return signature;
  }

  public MessageDigest digest() {
    try {
      return MessageDigest.getInstance(javaName);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + javaName, e);
    }
  }

  byte[] hash(byte[] content) {
    return digest().digest(content);
  }
}
