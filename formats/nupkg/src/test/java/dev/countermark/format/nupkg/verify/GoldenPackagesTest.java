package dev.countermark.format.nupkg.verify;

import static dev.countermark.format.nupkg.TestPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.nupkg.ForgedSignature;
import dev.countermark.format.nupkg.SignedPackages;
import dev.countermark.format.nupkg.TestPki;
import dev.countermark.format.nupkg.Vectors;
import dev.countermark.format.nupkg.archive.ByteSource;
import dev.countermark.format.nupkg.archive.PackageArchive;
import dev.countermark.format.nupkg.signature.PackageSignature;
import dev.countermark.format.nupkg.signature.RepositoryClaim;
import dev.countermark.format.nupkg.signature.SignaturePreparation;
import dev.countermark.format.nupkg.signature.SignerView;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Packages that the official tools made, judged as {@code dotnet nuget verify} judged them with an
 * empty configuration.
 */
class GoldenPackagesTest {
  /** Their roots are among those that the client trusts, and they carry them. */
  private static final List<String> PUBLISHED =
      List.of(
          "newtonsoft.json.13.0.4.nupkg",
          "nuget.versioning.5.0.0.nupkg",
          "TestPackage.AuthorSigned.1.0.0.nupkg");

  /** A package whose timestamp is by a public authority, and carries its root. */
  private static final String PUBLICLY_TIMESTAMPED = "TestSigned.leaf-1.1.0.0.nupkg.testdata";

  @ParameterizedTest
  @CsvSource({
    "newtonsoft.json.13.0.4.nupkg, ''",
    "nuget.versioning.5.0.0.nupkg, ''",
    "TestPackage.AuthorSigned.1.0.0.nupkg, ''",
    "SignedPackage.1.0.0.nupkg, ERROR NU3018/ERROR NU3037/WARNING NU3027/WARNING NU3042",
    "Test.Reposigned.1.0.0.nupkg, ERROR NU3018/WARNING NU3027/WARNING NU3042",
    "TestSigned.leaf-1.1.0.0.nupkg.testdata, ERROR NU3018/WARNING NU3042",
    "TestSigned.leaf-2.2.0.0.nupkg.testdata, ERROR NU3018/WARNING NU3042",
    "TestRepoSigned.leaf-1.1.0.0.nupkg.testdata, ERROR NU3018/WARNING NU3042",
    "TestAuthorAndRepoSigned.leaf-1.1.0.0.nupkg.testdata, ERROR NU3018/WARNING NU3042",
    "UnavailableCrlPackage.nupkg, ERROR NU3018/WARNING NU3042",
    "TimestampInvalidGenTimePackage.nupkg,"
        + " ERROR NU3018/ERROR NU3036/ERROR NU3037/WARNING NU3042",
    "UntrustedTimestampPackage.nupkg, ERROR NU3018/ERROR NU3028/ERROR NU3037/WARNING NU3042",
    "ExpiredPrimaryAndTimestampCertificatesWithUnavailableRevocationInfo.nupkg,"
        + " ERROR NU3018/ERROR NU3028/ERROR NU3037/WARNING NU3042",
    "TestUnsigned.1.0.0.nupkg.testdata, ERROR NU3004",
    "Test.RepoCountersigned.1.0.0.nupkg, ERROR NU3018/WARNING NU3027/WARNING NU3042"
  })
  void isJudgedAsByTheClient(String name, String expected) throws Exception {
    VerificationReport report =
        new PackageVerifier().verify(ByteSource.of(Vectors.nuget(name)), policy().build());
    assertThat(codes(report))
        .containsExactlyInAnyOrder(expected.isEmpty() ? new String[0] : expected.split("/"));
  }

  @Test
  void aPublishedPackageIsStillGoodWithOurCountersignatureInsteadOfItsOwn() throws Exception {
    String name = "newtonsoft.json.13.0.4.nupkg";
    ByteSource published = ByteSource.of(Vectors.nuget(name));
    RepositoryClaim claim =
        new RepositoryClaim(URI.create(ForgedSignature.SERVICE_INDEX), List.of("acme"));
    SignaturePreparation preparation =
        SignaturePreparation.repositoryCountersignature(
            signature(name), TestPki.chain(TestPki.LEAF), NOW, claim);
    byte[] p7s = preparation.finish(TestPki.sign(TestPki.LEAF_KEY, preparation.digestToSign()));
    ByteSource ours = PackageArchive.read(published).withSignature(p7s, 0).over(published);

    VerificationReport before = new PackageVerifier().verify(published, policy().build());
    VerificationReport after =
        new PackageVerifier()
            .verify(
                ours,
                policy()
                    .trustedSigner(
                        TrustedSigner.repository(
                            SignedPackages.fingerprint(TestPki.LEAF), true, List.of()))
                    .expectedServiceIndex(claim.serviceIndex())
                    .build());
    assertThat(codes(after)).containsExactly("WARNING NU3027");
    assertThat(after.contentHash()).isEqualTo(before.contentHash());
    assertThat(after.signatures().get(0)).isEqualTo(before.signatures().get(0));
  }

  /** Trusts what the published packages need. */
  private static VerificationPolicy.Builder policy() throws Exception {
    VerificationPolicy.Builder policy = VerificationPolicy.builder(VerificationMode.VERIFY, NOW);
    for (String published : PUBLISHED) {
      PackageSignature signature = signature(published);
      policy.codeSigningRoots(roots(signature.certificates()));
      policy.timestampRoots(timestampRoots(signature));
    }
    return policy.timestampRoots(timestampRoots(signature(PUBLICLY_TIMESTAMPED)));
  }

  private static List<String> codes(VerificationReport report) {
    return report.findings().stream()
        .filter(f -> !f.strict())
        .map(f -> f.severity() + " " + f.code())
        .distinct()
        .toList();
  }

  private static PackageSignature signature(String name) throws Exception {
    PackageArchive archive = PackageArchive.read(ByteSource.of(Vectors.nuget(name)));
    return PackageSignature.parse(archive.signatureBytes(archive.signature().orElseThrow()));
  }

  private static List<X509Certificate> timestampRoots(PackageSignature signature) throws Exception {
    List<SignerView> signers = new ArrayList<>(signature.countersigners());
    signers.add(signature.primary());
    List<X509Certificate> roots = new ArrayList<>();
    for (SignerView signer : signers) {
      for (byte[] token : signer.timestamps()) {
        roots.addAll(roots(TimestampToken.read(token).certificates()));
      }
    }
    return roots;
  }

  private static List<X509Certificate> roots(List<X509Certificate> certificates) {
    return certificates.stream()
        .filter(c -> c.getSubjectX500Principal().equals(c.getIssuerX500Principal()))
        .toList();
  }
}
