package dev.countermark.format.swift.signature;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerIdentifier;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * A signature that lacks nothing but the key's part: have {@link #digestToSign} signed wherever the
 * key is, and {@link #finish}. Equal inputs give equal bytes. Archives, manifests and metadata are
 * signed alike.
 *
 * <pre>{@code
 * SignaturePreparation preparation = SignaturePreparation.of(sha256, chain);
 * byte[] cms = preparation.finish(keys.sign(preparation.digestToSign()));
 * }</pre>
 *
 * @see "swift reference, section 4.1"
 */
public final class SignaturePreparation {
  private static final int P256_BITS = 256;
  private static final AlgorithmIdentifier SHA256 =
      new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);
  private static final AlgorithmIdentifier ECDSA =
      new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);

  private final byte[] contentHash;
  private final List<X509Certificate> chain;
  private final AtomicBoolean finished = new AtomicBoolean();

  private SignaturePreparation(byte[] contentHash, List<X509Certificate> chain) {
    this.contentHash = contentHash;
    this.chain = chain;
  }

  /**
   * Prepares a signature.
   *
   * @param contentSha256 of the archive, of the manifest without its new line, or of the metadata
   * @param chain the signer's certificate first, then the intermediates that clients do not have; a
   *     self-signed certificate at its end is left out, because clients bring their own root
   * @throws IllegalArgumentException when the hash is none or the signer's key is not on P-256
   */
  public static SignaturePreparation of(byte[] contentSha256, List<X509Certificate> chain) {
    if (contentSha256.length != HashAlgorithm.SHA256.digest().getDigestLength()) {
      throw new IllegalArgumentException("not a SHA-256");
    }
    if (chain.isEmpty()
        || !(chain.get(0).getPublicKey() instanceof ECPublicKey key)
        || key.getParams().getCurve().getField().getFieldSize() != P256_BITS) {
      throw new IllegalArgumentException("the signer's key is not on P-256");
    }
    return new SignaturePreparation(contentSha256.clone(), withoutRoot(chain));
  }

  private static List<X509Certificate> withoutRoot(List<X509Certificate> chain) {
    X509Certificate last = chain.get(chain.size() - 1);
    boolean root = last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
    return List.copyOf(root && chain.size() > 1 ? chain.subList(0, chain.size() - 1) : chain);
  }

  /** The 32 bytes that the key signs: there are no attributes, so it is the content's hash. */
  public byte[] digestToSign() {
    return contentHash.clone();
  }

  /**
   * Completes the signature; only once, so that two signatures never share a preparation.
   *
   * @param derSignature {@code Ecdsa-Sig-Value} over {@link #digestToSign} by the key of the
   *     chain's first certificate; deterministic (RFC 6979), or signing again changes served bytes
   * @return the CMS, DER
   * @throws IllegalArgumentException when it is no such value
   */
  public byte[] finish(byte[] derSignature) {
    requireSignatureValue(derSignature);
    if (!finished.compareAndSet(false, true)) {
      throw new IllegalStateException("a signature is finished once");
    }
    X509Certificate leaf = chain.get(0);
    SignerInfo signer =
        new SignerInfo(
            new SignerIdentifier(
                new IssuerAndSerialNumber(
                    X500Name.getInstance(leaf.getIssuerX500Principal().getEncoded()),
                    leaf.getSerialNumber())),
            SHA256,
            (ASN1Set) null,
            ECDSA,
            new DEROctetString(derSignature),
            null);
    SignedData data =
        new SignedData(
            new DERSet(SHA256),
            new ContentInfo(CMSObjectIdentifiers.data, null),
            new DERSet(
                chain.stream().map(SignaturePreparation::sequence).toArray(ASN1Encodable[]::new)),
            null,
            new DERSet(signer));
    return der(new ContentInfo(CMSObjectIdentifiers.signedData, data));
  }

  private static void requireSignatureValue(byte[] der) {
    try {
      ASN1Sequence value = ASN1Sequence.getInstance(der);
      boolean sound = value.size() == 2 && Arrays.equals(der(value), der);
      for (ASN1Encodable each : value) {
        sound &= ASN1Integer.getInstance(each).getValue().compareTo(BigInteger.ZERO) > 0;
      }
      if (sound) {
        return;
      }
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("not an ECDSA signature value in DER", e);
    }
    throw new IllegalArgumentException("not an ECDSA signature value in DER");
  }

  private static ASN1Sequence sequence(X509Certificate certificate) {
    try {
      return ASN1Sequence.getInstance(certificate.getEncoded());
    } catch (CertificateException e) {
      throw new IllegalArgumentException("a certificate that cannot be encoded", e);
    }
  }

  private static byte[] der(ASN1Encodable value) {
    try {
      return value.toASN1Primitive().getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw new UncheckedIOException("encoding into memory", e);
    }
  }
}
