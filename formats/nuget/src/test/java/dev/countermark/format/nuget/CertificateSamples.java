package dev.countermark.format.nuget;

import static dev.countermark.format.nuget.TestPki.LEAF;
import static dev.countermark.format.nuget.TestPki.LEAF_KEY;
import static dev.countermark.format.nuget.TestPki.NOW;
import static dev.countermark.format.nuget.TestPki.ROOT;

import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.NameConstraints;

/** Packages whose signers' certificates are right and wrong. */
final class CertificateSamples {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration YEAR = Duration.ofDays(365);

  private final PackageSamples samples;

  CertificateSamples(PackageSamples samples) {
    this.samples = samples;
  }

  void addAll() throws Exception {
    addCertificates();
    addIssuers();
  }

  private void addCertificates() throws Exception {
    samples.repository(
        "NoRoot", f -> f.certificates.remove(ROOT), "ERROR NU3012", "WARNING NU3027");
    certificate(
        "TlsOnly",
        p -> p.purposes(KeyPurposeId.id_kp_serverAuth),
        "ERROR NU3012",
        "WARNING NU3027");
    certificate("NoPurpose", p -> p.purposes(new KeyPurposeId[0]), "WARNING NU3027");
    certificate(
        "AnyPurpose",
        p -> p.purposes(KeyPurposeId.anyExtendedKeyUsage),
        "ERROR NU3012",
        "WARNING NU3027");
    certificate(
        "LifetimeSigning",
        p -> p.purposes(KeyPurposeId.id_kp_codeSigning, TestPki.purpose("1.3.6.1.4.1.311.10.3.13")),
        "ERROR NU3015",
        "WARNING NU3027");
    certificate(
        "Expired",
        p -> p.validity(NOW.minus(YEAR), NOW.minus(DAY)),
        "WARNING NU3027",
        "WARNING NU3037");
    samples.add(
        "ExpiredUnlisted",
        SignedPackages.repositoryBy(
            "ExpiredUnlisted",
            TestPki.leaf(p -> p.validity(NOW.minus(YEAR), NOW.minus(DAY))),
            LEAF_KEY,
            ROOT),
        List.of(),
        "ERROR NU3018",
        "ERROR NU3037",
        "WARNING NU3027",
        "WARNING NU3042");
    certificate(
        "NotYetValid",
        p -> p.validity(NOW.plus(YEAR.multipliedBy(20)), NOW.plus(YEAR.multipliedBy(21))),
        "ERROR NU3017",
        "WARNING NU3027");
    KeyPair weak = TestPki.rsa(1024);
    X509Certificate weakLeaf = TestPki.leaf(p -> p.key(weak));
    samples.add(
        "Rsa1024",
        SignedPackages.repositoryBy("Rsa1024", weakLeaf, weak, ROOT),
        PackageSamples.listed(weakLeaf),
        "ERROR NU3014",
        "WARNING NU3027");
    KeyPair ecKey = TestPki.ec();
    X509Certificate ecRoot = TestPki.root("CN=Test ECDSA Root,O=Example", ecKey);
    X509Certificate ecIssued = TestPki.leaf(p -> p.issuer(ecRoot, ecKey, "SHA256withECDSA"));
    samples.add(
        "EcdsaIssued",
        SignedPackages.repositoryBy("EcdsaIssued", ecIssued, LEAF_KEY, ecRoot),
        PackageSamples.listed(ecIssued),
        "ERROR NU3013",
        "WARNING NU3027");
    X509Certificate sha1Issued = TestPki.leaf(p -> p.issuer(ROOT, TestPki.ROOT_KEY, "SHA1withRSA"));
    samples.add(
        "Sha1Issued",
        SignedPackages.repositoryBy("Sha1Issued", sha1Issued, LEAF_KEY, ROOT),
        PackageSamples.listed(sha1Issued),
        "ERROR NU3013",
        "WARNING NU3027");
    X509Certificate wrongRoot =
        TestPki.root("CN=Test Signing Root,O=Example", SignedPackages.AUTHOR_ROOT_KEY);
    samples.add(
        "WrongRoot",
        SignedPackages.repositoryBy("WrongRoot", LEAF, LEAF_KEY, wrongRoot),
        PackageSamples.listed(LEAF),
        "ERROR NU3012",
        "WARNING NU3027");
    X509Certificate noCa =
        TestPki.leaf(p -> p.key(SignedPackages.AUTHOR_KEY).subject("CN=No CA,O=Example"));
    X509Certificate below =
        TestPki.leaf(p -> p.issuer(noCa, SignedPackages.AUTHOR_KEY, "SHA256withRSA"));
    samples.add(
        "IssuedByLeaf",
        SignedPackages.repositoryBy("IssuedByLeaf", below, LEAF_KEY, noCa, ROOT),
        PackageSamples.listed(below),
        "ERROR NU3012",
        "WARNING NU3027");
  }

  private void addIssuers() throws Exception {
    String name = "CN=Test Intermediate,O=Example";
    X509Certificate sound = TestPki.intermediate(name, SignedPackages.AUTHOR_KEY);
    issuer("Intermediate", sound, List.of(sound, ROOT), "WARNING NU3027");
    issuer("NoIntermediate", sound, List.of(ROOT), "ERROR NU3012", "WARNING NU3027");
    issuer(
        "TlsIssuer",
        name,
        new Extension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth).getEncoded()),
        "ERROR NU3012",
        "WARNING NU3027");
    issuer(
        "CodeSigningIssuer",
        name,
        new Extension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(KeyPurposeId.id_kp_codeSigning).getEncoded()),
        "WARNING NU3027");
    issuer(
        "UnknownCritical",
        name,
        new Extension(
            new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.2"), true, DERNull.INSTANCE.getEncoded()),
        "ERROR NU3012",
        "WARNING NU3027");
    issuer(
        "UnknownUncritical",
        name,
        new Extension(
            new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.2"), false, DERNull.INSTANCE.getEncoded()),
        "WARNING NU3027");
    issuer("NamePermitted", name, names("O=Example", true, true), "WARNING NU3027");
    issuer(
        "NameNotPermitted",
        name,
        names("O=Elsewhere", true, true),
        "ERROR NU3012",
        "WARNING NU3027");
    issuer(
        "NameNotPermittedUncritical",
        name,
        names("O=Elsewhere", true, false),
        "ERROR NU3012",
        "WARNING NU3027");
    issuer("NameExcluded", name, names("O=Example", false, true), "ERROR NU3012", "WARNING NU3027");
    issuer("NameNotExcluded", name, names("O=Elsewhere", false, true), "WARNING NU3027");
  }

  private static Extension names(String subtree, boolean permitted, boolean critical)
      throws Exception {
    GeneralSubtree[] subtrees = {
      new GeneralSubtree(new GeneralName(new X500Name(subtree)), null, null)
    };
    NameConstraints constraints =
        permitted ? new NameConstraints(subtrees, null) : new NameConstraints(null, subtrees);
    return new Extension(Extension.nameConstraints, critical, constraints.getEncoded());
  }

  private void issuer(String id, String name, Extension extension, String... expected)
      throws Exception {
    X509Certificate issuer = TestPki.intermediate(name, SignedPackages.AUTHOR_KEY, extension);
    issuer(id, issuer, List.of(issuer, ROOT), expected);
  }

  private void issuer(
      String id, X509Certificate issuer, List<X509Certificate> issuers, String... expected)
      throws Exception {
    X509Certificate leaf =
        TestPki.leaf(
            p ->
                p.issuer(issuer, SignedPackages.AUTHOR_KEY, "SHA256withRSA")
                    .subject("CN=Signer,O=Example"));
    byte[] file =
        SignedPackages.repositoryBy(id, leaf, LEAF_KEY, issuers.toArray(X509Certificate[]::new));
    samples.add(id, file, PackageSamples.listed(leaf), expected);
  }

  private void certificate(String id, UnaryOperator<TestPki.Profile> change, String... expected)
      throws Exception {
    X509Certificate leaf = TestPki.leaf(change);
    samples.add(
        id,
        SignedPackages.repositoryBy(id, leaf, LEAF_KEY, ROOT),
        PackageSamples.listed(leaf),
        expected);
  }
}
