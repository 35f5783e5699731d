package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;

/**
 * A private ECDSA P-256 key in memory. Signs deterministically, so that an event that is delivered
 * twice yields the same bytes.
 *
 * @see "RFC 6979, 3.2"
 */
final class EcdsaKey implements SigningKey {
  static final String ALGORITHM = "ECDSA-P256";

  /** A private scalar, bytes, big-endian. */
  static final int SCALAR_LENGTH = 32;

  // The hand-tuned curve of Bouncy Castle: several times faster than its generic one.
  private static final ECNamedDomainParameters P256 =
      new ECNamedDomainParameters(
          SECObjectIdentifiers.secp256r1,
          CustomNamedCurves.getByOID(SECObjectIdentifiers.secp256r1));

  private static final AlgorithmIdentifier ECDSA_WITH_SHA256 =
      new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);

  private final ECPrivateKeyParameters secret;
  private final ECPublicKeyParameters publicKey;
  private final Bytes spki;
  private final String fingerprint;

  private EcdsaKey(ECPrivateKeyParameters secret) {
    this.secret = secret;
    var point = new FixedPointCombMultiplier().multiply(P256.getG(), secret.getD()).normalize();
    this.publicKey = new ECPublicKeyParameters(point, P256);
    try {
      this.spki =
          Bytes.of(SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(publicKey).getEncoded());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.fingerprint = HexFormat.of().formatHex(Hashes.sha256(spki.toArray()));
  }

  static EcdsaKey generate(SecureRandom random) {
    ECKeyPairGenerator generator = new ECKeyPairGenerator();
    generator.init(new ECKeyGenerationParameters(P256, random));
    return new EcdsaKey((ECPrivateKeyParameters) generator.generateKeyPair().getPrivate());
  }

  /**
   * @param scalar {@link #SCALAR_LENGTH} bytes, big-endian; the caller may overwrite it afterwards
   * @throws IllegalArgumentException when it is not in [1, n - 1]
   */
  static EcdsaKey of(byte[] scalar) {
    return new EcdsaKey(new ECPrivateKeyParameters(new BigInteger(1, scalar), P256));
  }

  /**
   * @throws IllegalArgumentException when it is no key on P-256
   */
  static EcdsaKey ofPkcs8(PrivateKeyInfo info) {
    if (!SECObjectIdentifiers.secp256r1.equals(info.getPrivateKeyAlgorithm().getParameters())) {
      throw new IllegalArgumentException("an EC key that is not on P-256");
    }
    try {
      return new EcdsaKey(
          new ECPrivateKeyParameters(
              ECPrivateKey.getInstance(info.parsePrivateKey()).getKey(), P256));
    } catch (IOException e) {
      throw new IllegalArgumentException("not an EC key in PKCS#8", e);
    }
  }

  /** A copy, big-endian, {@link #SCALAR_LENGTH} bytes; the caller overwrites it when done. */
  byte[] privateScalar() {
    return BigIntegers.asUnsignedByteArray(SCALAR_LENGTH, secret.getD());
  }

  @Override
  public String algorithm() {
    return ALGORITHM;
  }

  @Override
  public byte[] secret() {
    return privateScalar();
  }

  /** DER SubjectPublicKeyInfo with the named curve and the uncompressed point. */
  @Override
  public Bytes spki() {
    return spki;
  }

  /** SHA-256 of {@link #spki}, lower-case hexadecimal. */
  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public AlgorithmIdentifier signatureAlgorithm() {
    return ECDSA_WITH_SHA256;
  }

  /**
   * @param hash SHA-256 of the message, 32 bytes
   * @return DER ECDSA-Sig-Value
   */
  @Override
  public Bytes sign(Bytes hash) {
    ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
    signer.init(true, secret);
    BigInteger[] rs = signer.generateSignature(hash.toArray());
    try {
      return Bytes.of(StandardDSAEncoding.INSTANCE.encode(P256.getN(), rs[0], rs[1]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean verifies(Bytes hash, Bytes signature) {
    ECDSASigner verifier = new ECDSASigner();
    verifier.init(false, publicKey);
    try {
      BigInteger[] rs = StandardDSAEncoding.INSTANCE.decode(P256.getN(), signature.toArray());
      return verifier.verifySignature(hash.toArray(), rs[0], rs[1]);
    } catch (IOException | IllegalArgumentException e) {
      return false; // Not a pair of numbers in range.
    }
  }

  /** The fingerprint only. */
  @Override
  public String toString() {
    return "key " + fingerprint;
  }
}
