package dev.countermark.format.nuget.verify;

import static dev.countermark.format.nuget.TestPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.nuget.ForgedSignature;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.nuget.TestPki;
import dev.countermark.format.nuget.Vectors;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.nuget.signature.RepositoryClaim;
import dev.countermark.format.nuget.signature.SignaturePreparation;
import dev.countermark.format.zip.ByteSource;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Packages that the official tools made, judged as {@code dotnet nuget verify} judged them with an
 * empty configuration.
 */
class GoldenPackagesTest {
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
    return PublishedRoots.trusted(VerificationPolicy.builder(VerificationMode.VERIFY, NOW));
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
}
