package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;

/**
 * A private RSA key in memory. Signs by PKCS#1 v1.5, which is deterministic.
 *
 * @see "RFC 8017, 8.2"
 */
final class RsaKey implements SigningKey {
  static final String ALGORITHM = "RSA";

  /** Pads what it is given; the DigestInfo is ours to add. */
  private static final String PKCS1 = "NONEwithRSA";

  private static final AlgorithmIdentifier SHA256_WITH_RSA =
      new AlgorithmIdentifier(PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE);
  private static final AlgorithmIdentifier SHA256 =
      new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE);

  private final PrivateKey secret;
  private final RsaProvider provider;
  private final PrivateKey computing;
  private final PublicKey publicKey;
  private final Bytes spki;
  private final String fingerprint;

  private RsaKey(PrivateKey secret, PublicKey publicKey) throws GeneralSecurityException {
    this.secret = secret;
    this.provider = RsaProvider.chosen();
    this.computing = provider.own(secret);
    this.publicKey = publicKey;
    this.spki = Bytes.of(publicKey.getEncoded());
    this.fingerprint = HexFormat.of().formatHex(Hashes.sha256(publicKey.getEncoded()));
  }

  /**
   * Takes some tenths of a second, or some seconds where the JDK does it.
   *
   * @param bits 2,048 or more
   */
  static RsaKey generate(SecureRandom random, int bits) {
    try {
      byte[] pkcs8 = RsaProvider.chosen().generate(random, bits).getPrivate().getEncoded();
      try {
        return of(pkcs8); // a key as any other, whoever made it
      } finally {
        Arrays.fill(pkcs8, (byte) 0);
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  /**
   * @param pkcs8 DER; the caller may overwrite it afterwards
   * @throws IllegalArgumentException when it is no RSA key
   */
  static RsaKey of(byte[] pkcs8) {
    try {
      KeyFactory rsa = KeyFactory.getInstance("RSA");
      if (rsa.generatePrivate(new PKCS8EncodedKeySpec(pkcs8)) instanceof RSAPrivateCrtKey key) {
        return new RsaKey(
            key,
            rsa.generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent())));
      }
      throw new IllegalArgumentException("an RSA key without its primes");
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not an RSA key in PKCS#8", e);
    }
  }

  @Override
  public String algorithm() {
    return ALGORITHM;
  }

  @Override
  public Bytes spki() {
    return spki;
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public AlgorithmIdentifier signatureAlgorithm() {
    return SHA256_WITH_RSA;
  }

  @Override
  public Bytes sign(Bytes hash) {
    try {
      return Bytes.of(provider.sign(computing, digestInfo(hash)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign with " + this, e);
    }
  }

  @Override
  public boolean verifies(Bytes hash, Bytes signature) {
    try {
      Signature rsa = Signature.getInstance(PKCS1);
      rsa.initVerify(publicKey);
      rsa.update(digestInfo(hash));
      return rsa.verify(signature.toArray());
    } catch (GeneralSecurityException e) {
      return false; // Of the wrong length, for instance.
    }
  }

  private static byte[] digestInfo(Bytes hash) {
    try {
      return new DigestInfo(SHA256, hash.toArray()).getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public byte[] secret() {
    return secret.getEncoded();
  }

  /** The fingerprint only. */
  @Override
  public String toString() {
    return "key " + fingerprint;
  }
}
