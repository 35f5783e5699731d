package dev.countermark.format.swift.verify;

import static dev.countermark.format.swift.SwiftPki.INTERMEDIATE;
import static dev.countermark.format.swift.SwiftPki.LEAF;
import static dev.countermark.format.swift.SwiftPki.NOW;
import static dev.countermark.format.swift.SwiftPki.ROOT;
import static dev.countermark.format.swift.SwiftSamples.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.swift.SwiftPki;
import dev.countermark.format.swift.SwiftPki.Signer;
import dev.countermark.format.swift.SwiftSamples;
import dev.countermark.format.swift.manifest.ManifestSignature;
import dev.countermark.format.swift.signature.ContentHash;
import dev.countermark.format.swift.signature.HashAlgorithm;
import dev.countermark.format.swift.verify.Finding.Kind;
import dev.countermark.format.zip.ByteSource;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.api.Test;

class ReleaseVerifierTest {
  private static final byte[] ARCHIVE =
      "any bytes, for the archive is not opened".getBytes(StandardCharsets.UTF_8);
  private static final byte[] MANIFEST = utf8(SwiftSamples.PACKAGE_SWIFT);

  private static ReleaseVerifier trusting(X509Certificate... roots) {
    return new ReleaseVerifier(CertificatePolicy.at(NOW, List.of(roots)));
  }

  private static VerificationReport archive(Signer signer) throws Exception {
    return trusting(ROOT.certificate())
        .archive(ContentHash.of(ARCHIVE), Optional.of(SwiftSamples.sign(ARCHIVE, signer)));
  }

  private static void refused(Kind kind, String why, VerificationReport report) {
    assertThat(report.accepted()).isFalse();
    assertThat(report.objection().orElseThrow().kind()).isEqualTo(kind);
    assertThat(report.objection().orElseThrow().message()).contains(why);
  }

  private static byte[] signedManifest(Signer signer) {
    return ManifestSignature.append(MANIFEST, SwiftSamples.sign(MANIFEST, signer));
  }

  @Test
  void acceptsARelease() throws Exception {
    VerificationReport report =
        trusting(ROOT.certificate())
            .release(
                ContentHash.of(ByteSource.of(ARCHIVE)),
                Optional.of(SwiftSamples.sign(ARCHIVE, LEAF)),
                Map.of("Package.swift", signedManifest(LEAF)));
    assertThat(report.findings()).isEmpty();
    assertThat(report.accepted()).isTrue();
    assertThat(report.signatures())
        .extracting(SignatureSummary::over)
        .containsExactly("source archive", "Package.swift");
    assertThat(report.signatures().get(0).signer().commonName())
        .contains("acme/app package signing");
    assertThat(report.signatures().get(0).fingerprint()).matches("[0-9a-f]{64}");
  }

  @Test
  void aKnownHashIsNotReadAgain() throws Exception {
    ByteSource unreadable =
        new ByteSource() {
          @Override
          public long size() {
            return ARCHIVE.length;
          }

          @Override
          public void read(long position, byte[] target, int offset, int length) {
            throw new AssertionError("read");
          }
        };
    assertThat(
            trusting(ROOT.certificate())
                .archive(
                    ContentHash.of(HashAlgorithm.SHA256.hash(ARCHIVE), unreadable),
                    Optional.of(SwiftSamples.sign(ARCHIVE, LEAF)))
                .accepted())
        .isTrue();
  }

  @Test
  void unsignedArchives() throws Exception {
    refused(
        Kind.UNSIGNED,
        "source archive: is not signed",
        trusting(ROOT.certificate()).archive(ContentHash.of(ARCHIVE), Optional.empty()));
  }

  @Test
  void changedArchives() throws Exception {
    byte[] changed = Arrays.copyOf(ARCHIVE, ARCHIVE.length + 1);
    refused(
        Kind.NOT_GENUINE,
        "signature is invalid: Invalid signature from signing certificate: ",
        trusting(ROOT.certificate())
            .archive(ContentHash.of(changed), Optional.of(SwiftSamples.sign(ARCHIVE, LEAF))));
  }

  @Test
  void signersThatNobodyTrusts() throws Exception {
    Signer stranger = SwiftPki.root("CN=Other").issue("CN=stranger,O=Else", p -> p);
    VerificationReport report = archive(stranger);
    refused(
        Kind.UNTRUSTED,
        "the signer SigningEntity[name=Optional(\"stranger\"), organizationalUnit=nil,"
            + " organization=Optional(\"Else\")] is not trusted",
        report);
    assertThat(report.objection().orElseThrow().strict()).isFalse();
    refused(
        Kind.UNTRUSTED,
        "not trusted",
        trusting().archive(ContentHash.of(ARCHIVE), Optional.of(SwiftSamples.sign(ARCHIVE, LEAF))));
  }

  @Test
  void missingIntermediates() throws Exception {
    Signer alone = new Signer(LEAF.key(), List.of(LEAF.certificate()));
    refused(Kind.UNTRUSTED, "not trusted", archive(alone));
  }

  @Test
  void anIntermediateMayBeTrustedByItself() throws Exception {
    assertThat(
            trusting(INTERMEDIATE.certificate())
                .archive(ContentHash.of(ARCHIVE), Optional.of(SwiftSamples.sign(ARCHIVE, LEAF)))
                .accepted())
        .isTrue();
    Signer own =
        SwiftPki.selfSigned("CN=own", p -> p.ca(-1).purposes(KeyPurposeId.id_kp_codeSigning));
    assertThat(
            trusting(own.certificate())
                .archive(ContentHash.of(ARCHIVE), Optional.of(SwiftSamples.sign(ARCHIVE, own)))
                .accepted())
        .isTrue();
  }

  @Test
  void aTrustedSignerThatIsNoAuthority() throws Exception {
    Signer own = SwiftPki.selfSigned("CN=own", p -> p);
    refused(
        Kind.CERTIFICATE,
        "is not marked as a CA",
        trusting(own.certificate())
            .archive(ContentHash.of(ARCHIVE), Optional.of(SwiftSamples.sign(ARCHIVE, own))));
  }

  @Test
  void certificatesThatAreNotForCode() throws Exception {
    String why = "does not have code signing extended key usage";
    refused(
        Kind.CERTIFICATE,
        why,
        archive(INTERMEDIATE.issue("CN=none", p -> p.purposes(new KeyPurposeId[0]))));
    refused(
        Kind.CERTIFICATE,
        why,
        archive(INTERMEDIATE.issue("CN=tls", p -> p.purposes(KeyPurposeId.id_kp_serverAuth))));
    assertThat(
            archive(
                    INTERMEDIATE.issue(
                        "CN=both",
                        p ->
                            p.purposes(
                                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_codeSigning)))
                .accepted())
        .isTrue();
    assertThat(archive(INTERMEDIATE.issue("CN=bare", p -> p.onlyPurposes())).accepted()).isTrue();
  }

  @Test
  void datesCountOnlyWhenAsked() throws Exception {
    Duration day = Duration.ofDays(1);
    Signer expired =
        INTERMEDIATE.issue("CN=old", p -> p.validity(NOW.minus(day), NOW.minusSeconds(1)));
    Signer future =
        INTERMEDIATE.issue("CN=new", p -> p.validity(NOW.plusSeconds(1), NOW.plus(day)));
    refused(
        Kind.CERTIFICATE, "failures: [\"RFC5280Policy: CN=old has expired\"]", archive(expired));
    refused(Kind.CERTIFICATE, "CN=new is not yet valid", archive(future));
    Signer below =
        ROOT.issue("CN=old CA", p -> p.ca(0).validity(NOW.minus(day), NOW.minusSeconds(1)))
            .issue("CN=below", p -> p);
    refused(Kind.CERTIFICATE, "CN=old CA has expired", archive(below));
    for (Signer signer : List.of(expired, future, below)) {
      assertThat(
              new ReleaseVerifier(CertificatePolicy.withoutDates(List.of(ROOT.certificate())))
                  .archive(ContentHash.of(ARCHIVE), Optional.of(SwiftSamples.sign(ARCHIVE, signer)))
                  .accepted())
          .isTrue();
    }
  }

  @Test
  void criticalExtensionsThatClientsDoNotKnow() throws Exception {
    byte[] names = {0x30, 0x05, (byte) 0x82, 0x03, 'a', '.', 'b'};
    refused(
        Kind.UNTRUSTED,
        "not trusted",
        archive(
            INTERMEDIATE.issue("CN=a", p -> p.and(SwiftPki.extension("2.5.29.17", true, names)))));
    assertThat(
            archive(
                    INTERMEDIATE.issue(
                        "CN=a", p -> p.and(SwiftPki.extension("2.5.29.17", false, names))))
                .accepted())
        .isTrue();
  }

  @Test
  void issuersThatMayNotIssue() throws Exception {
    refused(Kind.CERTIFICATE, "may not issue", archive(LEAF.issue("CN=below a leaf", p -> p)));
    refused(
        Kind.CERTIFICATE,
        "may not issue",
        archive(INTERMEDIATE.issue("CN=second CA", p -> p.ca(0)).issue("CN=too deep", p -> p)));
  }

  @Test
  void namesThatAnIssuerMayNotGive() throws Exception {
    Extension only =
        new Extension(
            Extension.nameConstraints,
            true,
            new NameConstraints(
                    new GeneralSubtree[] {
                      new GeneralSubtree(new GeneralName(new X500Name("O=Example")))
                    },
                    null)
                .getEncoded());
    Signer constrained = ROOT.issue("CN=constrained,O=Example", p -> p.ca(0).and(only));
    refused(
        Kind.CERTIFICATE, "may not give", archive(constrained.issue("O=Other,CN=leaf", p -> p)));
    assertThat(archive(constrained.issue("O=Example,CN=leaf", p -> p)).accepted()).isTrue();
  }

  @Test
  void forgedIssuersAreNone() throws Exception {
    Signer forged = SwiftPki.root("CN=Test Swift Root,O=Example");
    refused(Kind.UNTRUSTED, "not trusted", archive(forged.issue("CN=leaf", p -> p)));
  }

  @Test
  void manifests() {
    ReleaseVerifier verifier = trusting(ROOT.certificate());
    assertThat(verifier.manifest("Package.swift", signedManifest(LEAF)).findings()).isEmpty();
    refused(
        Kind.UNSIGNED,
        "Package.swift: is not signed",
        verifier.manifest("Package.swift", MANIFEST));
    byte[] damaged = utf8(new String(signedManifest(LEAF), StandardCharsets.UTF_8) + "!");
    refused(
        Kind.MALFORMED,
        "signature is invalid: manifest signature is malformed",
        verifier.manifest("Package.swift", damaged));
    byte[] changed = signedManifest(LEAF);
    changed[MANIFEST.length / 2]++;
    refused(
        Kind.NOT_GENUINE,
        "Invalid signature from signing certificate",
        verifier.manifest("Package.swift", changed));
    refused(
        Kind.MALFORMED,
        "unknown signature format: cms-2.0.0",
        verifier.manifest("Package.swift", utf8("a\n// signature: cms-2.0.0;AQID")));
  }

  @Test
  void manifestsByAnybodyAreRefusedThoughTheClientTakesThem() {
    Signer anybody = SwiftPki.selfSigned("CN=anybody", p -> p);
    VerificationReport report =
        trusting(ROOT.certificate()).manifest("Package.swift", signedManifest(anybody));
    refused(Kind.UNTRUSTED, "not trusted", report);
    assertThat(report.objection().orElseThrow().strict()).isTrue();
  }

  @Test
  void aSecondSignatureCoversTheFirst() {
    byte[] once = signedManifest(SwiftPki.selfSigned("CN=author", p -> p));
    byte[] twice = ManifestSignature.append(once, SwiftSamples.sign(once, LEAF));
    VerificationReport report = trusting(ROOT.certificate()).manifest("Package.swift", twice);
    assertThat(report.accepted()).isTrue();
    assertThat(report.signatures()).hasSize(1);
  }

  @Test
  void metadata() {
    byte[] json = utf8("{}");
    ReleaseVerifier verifier = trusting(ROOT.certificate());
    assertThat(verifier.metadata(json, Optional.of(SwiftSamples.sign(json, LEAF))).accepted())
        .isTrue();
    refused(
        Kind.NOT_GENUINE,
        "package-metadata.json: ",
        verifier.metadata(utf8("{} "), Optional.of(SwiftSamples.sign(json, LEAF))));
  }
}
