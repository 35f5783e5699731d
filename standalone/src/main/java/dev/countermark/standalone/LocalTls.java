package dev.countermark.standalone;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A TLS certificate for this machine from an authority of its own, in the data directory. Some
 * clients insist on https; on one machine that must not take a domain.
 */
final class LocalTls {
  private static final Duration AUTHORITY_VALIDITY = Duration.ofDays(3_650);

  /** The longest that clients accept of a server. */
  private static final Duration SERVER_VALIDITY = Duration.ofDays(397);

  private static final Duration RENEW_BEFORE = Duration.ofDays(30);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path folder;

  private LocalTls(Path folder) {
    this.folder = folder;
  }

  /**
   * The certificate for some names; made, or made anew, when there is none that will do.
   *
   * @param names host names and addresses
   */
  static LocalTls of(DataDirectory data, Collection<String> names) throws IOException {
    LocalTls tls = new LocalTls(data.directory("tls"));
    try {
      tls.prepare(List.copyOf(names));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("cannot make a TLS certificate", e);
    }
    return tls;
  }

  /** PEM: what clients are told to trust. */
  Path authority() {
    return folder.resolve("ca.pem");
  }

  private Path authorityKey() {
    return folder.resolve("ca-key.pem");
  }

  /** PEM: the server's certificate. */
  Path certificate() {
    return folder.resolve("server.pem");
  }

  /** PEM, PKCS#8. */
  Path key() {
    return folder.resolve("server-key.pem");
  }

  private void prepare(List<String> names)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    if (!Files.exists(authority()) || !Files.exists(authorityKey())) {
      KeyPair pair = ec();
      X509v3CertificateBuilder builder =
          builder(
              "CN=Countermark TLS on this machine",
              "CN=Countermark TLS on this machine",
              AUTHORITY_VALIDITY,
              pair);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      DataDirectory.writePrivate(
          authorityKey(), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
      DataDirectory.writePrivate(
          authority(), pem("CERTIFICATE", sign(builder, pair.getPrivate()).getEncoded()));
      Files.deleteIfExists(certificate());
    }
    if (!Files.exists(key()) || !Files.exists(certificate()) || !isGood(names)) {
      issue(names);
    }
  }

  private boolean isGood(List<String> names) throws IOException, GeneralSecurityException {
    X509Certificate server = read(certificate());
    List<String> covered = new ArrayList<>();
    for (List<?> name : server.getSubjectAlternativeNames()) {
      covered.add(String.valueOf(name.get(1)));
    }
    return covered.containsAll(names)
        && server.getNotAfter().toInstant().isAfter(Instant.now().plus(RENEW_BEFORE));
  }

  private void issue(List<String> names)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    KeyPair pair = ec();
    X509Certificate authority = read(authority());
    X509v3CertificateBuilder builder =
        builder(
            authority.getSubjectX500Principal().getName(),
            "CN=" + names.get(0),
            SERVER_VALIDITY,
            pair);
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    builder.addExtension(
        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
    builder.addExtension(
        Extension.authorityKeyIdentifier,
        false,
        new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(authority.getPublicKey()));
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(names.stream().map(LocalTls::name).toArray(GeneralName[]::new)));
    byte[] der =
        Base64.getMimeDecoder()
            .decode(Files.readString(authorityKey()).replaceAll("-----[A-Z ]+-----", ""));
    PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    DataDirectory.writePrivate(key(), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    DataDirectory.writePrivate(certificate(), pem("CERTIFICATE", sign(builder, key).getEncoded()));
  }

  private static GeneralName name(String name) {
    boolean address = name.indexOf(':') >= 0 || name.matches("[0-9.]+");
    return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);
  }

  private static X509v3CertificateBuilder builder(
      String issuer, String subject, Duration validity, KeyPair pair)
      throws GeneralSecurityException, IOException {
    Instant now = Instant.now();
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Principal(issuer),
            new BigInteger(120, RANDOM).setBit(120),
            Date.from(now.minus(Duration.ofHours(1))),
            Date.from(now.plus(validity)),
            new X500Principal(subject),
            pair.getPublic());
    builder.addExtension(
        Extension.subjectKeyIdentifier,
        false,
        new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
    return builder;
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
  }

  private static KeyPair ec() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
    return generator.generateKeyPair();
  }

  private static X509Certificate read(Path pem) throws IOException, GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(pem)));
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }
}
