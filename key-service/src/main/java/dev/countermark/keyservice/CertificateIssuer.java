package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;

/** Builds certificates and signs them with whatever kind of key the authority has. */
final class CertificateIssuer {
  private static final int SERIAL_LENGTH = 16;
  private static final int KEY_IDENTIFIER_LENGTH = 20;

  private final SecureRandom random;

  CertificateIssuer(SecureRandom random) {
    this.random = random;
  }

  /** From when to when a certificate is valid, in whole seconds. */
  record Validity(Instant notBefore, Instant notAfter) {}

  /**
   * Who tells whether a certificate is revoked, if anybody does.
   *
   * @param responder by OCSP
   * @param list address of a list
   */
  record Told(Optional<URI> responder, Optional<URI> list) {}

  /** A certificate that is revoked, and from when on. */
  record Revoked(BigInteger serial, Instant at) {}

  /**
   * A root, signed with its own key.
   *
   * @param constraints how many authorities may be below it
   */
  X509Certificate root(
      SigningKey key, X500Name name, Validity validity, BasicConstraints constraints) {
    SubjectPublicKeyInfo own = SubjectPublicKeyInfo.getInstance(key.spki().toArray());
    X509v3CertificateBuilder builder = builder(name, name, validity, own);
    addAuthority(builder, constraints);
    addIdentifiers(builder, identifier(own), identifier(own));
    return sign(builder, key);
  }

  /**
   * An authority that has none below it.
   *
   * @param key of it
   * @param responder who knows whether it is revoked, if anybody does
   */
  X509Certificate intermediate(
      Authority root, SigningKey key, X500Name name, Validity validity, Optional<URI> responder) {
    X509CertificateHolder issuer = Certificates.holder(root.certificate());
    SubjectPublicKeyInfo own = SubjectPublicKeyInfo.getInstance(key.spki().toArray());
    X509v3CertificateBuilder builder = builder(issuer.getSubject(), name, validity, own);
    addAuthority(builder, new BasicConstraints(0));
    addIdentifiers(builder, identifier(own), identifier(issuer));
    responder.ifPresent(url -> addResponder(builder, url));
    return sign(builder, root.key());
  }

  private static void addAuthority(X509v3CertificateBuilder builder, BasicConstraints constraints) {
    add(builder, Extension.basicConstraints, true, constraints);
    add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
  }

  /**
   * A certificate for code signing.
   *
   * @param key DER SubjectPublicKeyInfo of the key to certify
   */
  X509Certificate leaf(
      Authority authority, Bytes key, X500Name subject, Validity validity, Told told) {
    X509CertificateHolder issuer = Certificates.holder(authority.certificate());
    SubjectPublicKeyInfo own = SubjectPublicKeyInfo.getInstance(key.toArray());
    X509v3CertificateBuilder builder = builder(issuer.getSubject(), subject, validity, own);
    add(builder, Extension.basicConstraints, true, new BasicConstraints(false));
    add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    ExtendedKeyUsage codeSigning = new ExtendedKeyUsage(KeyPurposeId.id_kp_codeSigning);
    add(builder, Extension.extendedKeyUsage, false, codeSigning);
    addIdentifiers(builder, identifier(own), identifier(issuer));
    told.responder().ifPresent(url -> addResponder(builder, url));
    told.list()
        .map(url -> new DistributionPoint(point(url), null, null))
        .map(point -> new CRLDistPoint(new DistributionPoint[] {point}))
        .ifPresent(points -> add(builder, Extension.cRLDistributionPoints, false, points));
    return sign(builder, authority.key());
  }

  /**
   * A list of revoked certificates.
   *
   * @param at what the certificates call it that it is about; no others are
   */
  Bytes list(Authority authority, URI at, Validity validity, List<Revoked> revoked) {
    X509CertificateHolder issuer = Certificates.holder(authority.certificate());
    X509v2CRLBuilder builder =
        new X509v2CRLBuilder(issuer.getSubject(), Date.from(validity.notBefore()));
    builder.setNextUpdate(Date.from(validity.notAfter()));
    for (Revoked each : revoked) {
      builder.addCRLEntry(each.serial(), Date.from(each.at()), CRLReason.unspecified);
    }
    try {
      builder.addExtension(
          Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(identifier(issuer)));
      builder.addExtension(Extension.cRLNumber, false, new CRLNumber(number(validity, revoked)));
      builder.addExtension(
          Extension.issuingDistributionPoint,
          true,
          new IssuingDistributionPoint(point(at), false, false));
      return Bytes.of(builder.build(new KeySigner(authority.key())).getEncoded());
    } catch (IOException e) {
      throw new IllegalStateException("cannot encode a list of revoked certificates", e);
    }
  }

  /** Grows with time, and with every certificate that is revoked meanwhile (RFC 5280, 5.2.3). */
  private static BigInteger number(Validity validity, List<Revoked> revoked) {
    return BigInteger.valueOf(validity.notBefore().getEpochSecond())
        .shiftLeft(Integer.SIZE)
        .add(BigInteger.valueOf(revoked.size()));
  }

  private static DistributionPointName point(URI url) {
    return new DistributionPointName(
        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, url.toString())));
  }

  private X509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, Validity validity, SubjectPublicKeyInfo key) {
    return new X509v3CertificateBuilder(
        issuer,
        serial(),
        Date.from(validity.notBefore()),
        Date.from(validity.notAfter()),
        subject,
        key);
  }

  /** Positive with 126 random bits: unique without a register (RFC 5280, 4.1.2.2). */
  private BigInteger serial() {
    byte[] serial = new byte[SERIAL_LENGTH];
    random.nextBytes(serial);
    serial[0] = (byte) (serial[0] & 0x3F | 0x40);
    return new BigInteger(1, serial);
  }

  private static void addIdentifiers(
      X509v3CertificateBuilder builder, byte[] subject, byte[] issuer) {
    add(builder, Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(subject));
    add(builder, Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(issuer));
  }

  private static void addResponder(X509v3CertificateBuilder builder, URI url) {
    GeneralName location = new GeneralName(GeneralName.uniformResourceIdentifier, url.toString());
    add(
        builder,
        Extension.authorityInfoAccess,
        false,
        new AuthorityInformationAccess(AccessDescription.id_ad_ocsp, location));
  }

  /** As the issuer's certificate has it, for an imported one may have made it in another way. */
  private static byte[] identifier(X509CertificateHolder issuer) {
    Extensions extensions = issuer.getExtensions();
    return extensions != null && SubjectKeyIdentifier.fromExtensions(extensions) != null
        ? SubjectKeyIdentifier.fromExtensions(extensions).getKeyIdentifier()
        : identifier(issuer.getSubjectPublicKeyInfo());
  }

  /** The first 160 bits of the SHA-256 of the public key (RFC 7093, 2, method 1). */
  private static byte[] identifier(SubjectPublicKeyInfo key) {
    return Arrays.copyOf(Hashes.sha256(key.getPublicKeyData().getBytes()), KEY_IDENTIFIER_LENGTH);
  }

  private static void add(
      X509v3CertificateBuilder builder,
      ASN1ObjectIdentifier extension,
      boolean critical,
      ASN1Encodable value) {
    try {
      builder.addExtension(extension, critical, value);
    } catch (CertIOException e) {
      throw new IllegalStateException("cannot encode an extension", e);
    }
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, SigningKey key) {
    return Certificates.of(builder.build(new KeySigner(key)));
  }
}
