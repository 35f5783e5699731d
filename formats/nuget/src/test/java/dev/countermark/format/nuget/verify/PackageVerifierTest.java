package dev.countermark.format.nuget.verify;

import static dev.countermark.format.nuget.TestPki.LEAF;
import static dev.countermark.format.nuget.TestPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.nuget.ForgedSignature;
import dev.countermark.format.nuget.PackageSamples;
import dev.countermark.format.nuget.Sample;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.nuget.TestPki;
import dev.countermark.format.nuget.TestTsa;
import dev.countermark.format.nuget.signature.SignatureType;
import dev.countermark.format.zip.ByteSource;
import java.net.URI;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PackageVerifierTest {
  private static final URI INDEX = URI.create(ForgedSignature.SERVICE_INDEX);
  private static List<Sample> samples;

  @BeforeAll
  static void makeSamples() throws Exception {
    samples = PackageSamples.all();
  }

  static Stream<Sample> samples() throws Exception {
    return PackageSamples.all().stream();
  }

  private static Sample sample(String id) {
    return samples.stream().filter(s -> s.id().equals(id)).findFirst().orElseThrow();
  }

  private static VerificationPolicy.Builder policy(VerificationMode mode, Sample sample) {
    VerificationPolicy.Builder policy = VerificationPolicy.builder(mode, NOW);
    sample.signers().forEach(policy::trustedSigner);
    return sample.timestampAuthorityTrusted()
        ? policy.timestampRoots(List.of(TestTsa.ROOT))
        : policy;
  }

  private static VerificationPolicy.Builder from(boolean allSigned, String... fingerprints) {
    return VerificationPolicy.builder(VerificationMode.RESTORE_ACCEPT, NOW)
        .source(new SourceSignatures(allSigned, Set.of(fingerprints)));
  }

  private static VerificationReport verify(String id, VerificationPolicy.Builder policy)
      throws Exception {
    return new PackageVerifier().verify(ByteSource.of(sample(id).file()), policy.build());
  }

  /** What people are shown, as {@link Sample#expected} has it. */
  private static List<String> codes(VerificationReport report) {
    return report.findings().stream()
        .filter(f -> f.severity() != Severity.INFO)
        .map(f -> (f.strict() ? "STRICT" : f.severity().name()) + " " + f.code())
        .distinct()
        .toList();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void saysWhatTheClientSays(Sample sample) throws Exception {
    VerificationReport report =
        new PackageVerifier()
            .verify(ByteSource.of(sample.file()), policy(VerificationMode.VERIFY, sample).build());
    assertThat(codes(report)).containsExactlyInAnyOrderElementsOf(sample.expected());
    assertThat(report.accepted()).isEqualTo(!report.hasErrors());
    assertThat(report.findings()).allSatisfy(f -> assertThat(f.message()).matches("[A-Z].*\\."));
  }

  /** As `dotnet restore` said it, with the sample in a local folder. */
  @ParameterizedTest
  @CsvSource({
    "Unsigned, true, ''",
    "Listed, true, WARNING NU3027",
    "Unlisted, true, WARNING NU3018/WARNING NU3027/WARNING NU3042",
    "OtherSigner, true, WARNING NU3018/WARNING NU3027/WARNING NU3034/WARNING NU3042",
    "NoSuchOwner, true, WARNING NU3027/WARNING NU3034",
    "Flipped, false, ERROR NU3008/WARNING NU3027",
    "Zeroed, true, WARNING NU3003",
    "Deflated, true, WARNING NU3005",
    "Utf8Flag, false, ERROR NU3005",
    "TwoEntries, false, ERROR NU3005",
    "HttpIndex, true, WARNING NU3000",
    "Version2, true, WARNING NU3007",
    "TwoSigners, true, WARNING NU3009",
    "NoCertificate, true, WARNING NU3010",
    "NoEss, true, WARNING NU3011",
    "Spoiled, true, WARNING NU3012/WARNING NU3027",
    "NoRoot, false, WARNING NU3012/WARNING NU3027",
    "EcdsaIssued, false, WARNING NU3013/WARNING NU3027",
    "Rsa1024, false, WARNING NU3014/WARNING NU3027",
    "LifetimeSigning, false, WARNING NU3015/WARNING NU3027",
    "NotYetValid, false, WARNING NU3017/WARNING NU3027",
    "ExpiredUnlisted, true, WARNING NU3018/WARNING NU3027/WARNING NU3037/WARNING NU3042",
    "Countersigned, true, WARNING NU3018/WARNING NU3027/WARNING NU3042",
    "CounterSpoiled, true, WARNING NU3018/WARNING NU3027/WARNING NU3042",
    "CounterWithoutTime, true, WARNING NU3031",
    "CounterWithoutCertificate, false, 'ERROR '",
    "TwoCountersignatures, true, WARNING NU3032",
    "TimestampOfAnother, true, WARNING NU3019",
    "TimestampWithoutCertificates, true, WARNING NU3020",
    "TimestampSpoiled, true, WARNING NU3021",
    "TimestampUntrusted, true, WARNING NU3042",
    "RepositoryCountersigned, false, STRICT NU3033/WARNING NU3027"
  })
  void aDefaultRestoreForgivesMuch(String id, boolean accepted, String expected) throws Exception {
    VerificationReport report = verify(id, policy(VerificationMode.RESTORE_ACCEPT, sample(id)));
    assertThat(codes(report)).containsExactlyInAnyOrder(split(expected));
    assertThat(report.accepted()).isEqualTo(accepted);
  }

  /** As `dotnet restore` said it, with the sample in a local folder. */
  @ParameterizedTest
  @CsvSource({
    "Unsigned, ERROR NU3004",
    "Listed, WARNING NU3027",
    "Unlisted, ERROR NU3018/ERROR NU3034/WARNING NU3027/WARNING NU3042",
    "Deflated, ERROR NU3005",
    "TwoEntries, ERROR NU3005",
    "NoRoot, ERROR NU3012/WARNING NU3027",
    "Countersigned, WARNING NU3027/WARNING NU3042",
    "CounterSpoiled, ERROR NU3012/ERROR NU3018/WARNING NU3027/WARNING NU3042",
    "TimestampOfAnother, WARNING NU3019",
    "TimestampWithoutCertificates, ERROR NU3020",
    "TimestampSpoiled, ERROR NU3021",
    "TimestampUntrusted, WARNING NU3042",
    "TimestampExpired, ERROR NU3018/ERROR NU3034/WARNING NU3042"
  })
  void aStrictRestoreForgivesBadTimestampsOnly(String id, String expected) throws Exception {
    VerificationReport report = verify(id, policy(VerificationMode.RESTORE_REQUIRE, sample(id)));
    assertThat(codes(report)).containsExactlyInAnyOrder(split(expected));
    assertThat(report.accepted()).isEqualTo(!report.hasErrors());
  }

  private static String[] split(String expected) {
    return expected.isEmpty() ? new String[0] : expected.split("/");
  }

  @Test
  void aTrustedRootNeedsNoListedSigner() throws Exception {
    VerificationReport report =
        verify(
            "Unlisted",
            VerificationPolicy.builder(VerificationMode.VERIFY, NOW)
                .codeSigningRoots(List.of(TestPki.ROOT)));
    assertThat(codes(report)).containsExactly("WARNING NU3027");
  }

  @Test
  void aSourceThatSignsEverythingIsTakenAtItsWord() throws Exception {
    String listed = SignedPackages.fingerprint(LEAF);
    assertThat(codes(verify("Unsigned", from(true, listed)))).containsExactly("ERROR NU3004");
    assertThat(codes(verify("Listed", from(true))))
        .containsExactlyInAnyOrder(
            "ERROR NU3018", "ERROR NU3034", "WARNING NU3027", "WARNING NU3042");
    assertThat(codes(verify("Listed", from(true, "AB".repeat(32)).codeSigningRoots(roots()))))
        .containsExactlyInAnyOrder("ERROR NU3034", "WARNING NU3027");
    assertThat(
            codes(
                verify(
                    "Listed",
                    from(true, listed.toLowerCase(Locale.ROOT)).codeSigningRoots(roots()))))
        .containsExactly("WARNING NU3027");
    assertThat(codes(verify("Countersigned", from(true, listed).codeSigningRoots(roots()))))
        .containsExactlyInAnyOrder("WARNING NU3027", "WARNING NU3042");
  }

  @Test
  void aSourceThatSignsSomeThingsIsOnlyCompared() throws Exception {
    assertThat(codes(verify("Listed", from(false, "AB".repeat(32)).codeSigningRoots(roots()))))
        .containsExactlyInAnyOrder("WARNING NU3034", "WARNING NU3027");
    assertThat(codes(verify("Listed", from(false).codeSigningRoots(roots()))))
        .containsExactly("WARNING NU3027");
  }

  /** The client's own weakness, measured: the countersignature is not genuine, and still helps. */
  @Test
  void aSpoiledCountersignatureStillSilencesADefaultRestore() throws Exception {
    VerificationReport report =
        verify("CounterSpoiled", from(true, SignedPackages.fingerprint(LEAF)));
    assertThat(codes(report)).contains("WARNING NU3012").doesNotContain("ERROR NU3018");
    assertThat(report.accepted()).isTrue();
  }

  private static List<java.security.cert.X509Certificate> roots() {
    return List.of(TestPki.ROOT);
  }

  @Test
  void onlyTheExpectedRepositoryWillDo() throws Exception {
    VerificationPolicy.Builder policy = policy(VerificationMode.VERIFY, sample("Listed"));
    assertThat(verify("Listed", policy.expectedServiceIndex(INDEX)).hasErrors()).isFalse();
    assertThat(verify("Countersigned", policy).hasErrors()).isFalse();
    policy.expectedServiceIndex(INDEX.resolve("other.json"));
    assertThat(codes(verify("Listed", policy)))
        .containsExactlyInAnyOrder("STRICT NU3034", "WARNING NU3027");
    VerificationPolicy.Builder restore =
        VerificationPolicy.builder(VerificationMode.RESTORE_ACCEPT, NOW)
            .expectedServiceIndex(INDEX);
    for (String id : List.of("Unsigned", "Author", "HttpIndex")) {
      assertThat(verify(id, restore).accepted()).as(id).isFalse();
    }
  }

  @Test
  void contradictionsAreDecidedAgainstTrust() throws Exception {
    String listed = SignedPackages.fingerprint(LEAF);
    VerificationPolicy.Builder policy =
        VerificationPolicy.builder(VerificationMode.VERIFY, NOW)
            .trustedSigner(TrustedSigner.repository(listed, true, List.of()))
            .trustedSigner(TrustedSigner.repository(listed, false, List.of()));
    assertThat(codes(verify("Listed", policy)))
        .containsExactlyInAnyOrder(
            "ERROR NU3018", "WARNING NU3027", "WARNING NU3040", "WARNING NU3042");
  }

  @Test
  void reportsWhoSignedWhat() throws Exception {
    VerificationReport report =
        verify("Countersigned", policy(VerificationMode.VERIFY, sample("Countersigned")));
    assertThat(report.signatures()).hasSize(2);
    SignatureSummary author = report.signatures().get(0);
    assertThat(author.type()).isEqualTo(SignatureType.AUTHOR);
    assertThat(author.countersignature()).isFalse();
    assertThat(author.serviceIndex()).isEmpty();
    SignatureSummary repository = report.signatures().get(1);
    assertThat(repository.type()).isEqualTo(SignatureType.REPOSITORY);
    assertThat(repository.countersignature()).isTrue();
    assertThat(repository.subject()).isEqualTo("CN=acme/app repository signing,O=Example");
    assertThat(repository.issuer()).isEqualTo("O=Example,CN=Test Signing Root");
    assertThat(repository.fingerprint()).isEqualTo(SignedPackages.fingerprint(LEAF));
    assertThat(repository.serviceIndex()).contains(INDEX);
    assertThat(repository.owners()).containsExactly("acme", "bob");
    assertThat(repository.signingTime()).isEqualTo(NOW);
    byte[] unsigned = SignedPackages.unsigned("Countersigned");
    assertThat(report.contentHash())
        .contains(
            Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-512").digest(unsigned)));

    VerificationReport stamped =
        verify("Timestamped", policy(VerificationMode.VERIFY, sample("Timestamped")));
    assertThat(stamped.signatures().get(0).timestamps()).containsExactly(NOW);
  }

  @Test
  void whatIsNoArchiveIsAnError() throws Exception {
    VerificationReport report =
        new PackageVerifier()
            .verify(
                ByteSource.of(new byte[100]),
                VerificationPolicy.builder(VerificationMode.RESTORE_ACCEPT, NOW).build());
    assertThat(codes(report)).containsExactly("ERROR ");
    assertThat(report.accepted()).isFalse();
    assertThat(report.contentHash()).isEmpty();
  }

  @Test
  void damageIsFoundAndNeverCrashes() throws Exception {
    Sample sample = sample("Timestamped");
    VerificationPolicy policy = policy(VerificationMode.VERIFY, sample).build();
    for (int seed = 0; seed < 1_500; seed++) {
      Random random = new Random(seed);
      byte[] damaged = sample.file().clone();
      for (int i = 0; i <= random.nextInt(4); i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      VerificationReport report = new PackageVerifier().verify(ByteSource.of(damaged), policy);
      // What is outside of every signature may vary; what was signed may not.
      if (report.accepted()) {
        assertThat(report.contentHash())
            .as("seed %d", seed)
            .isEqualTo(
                new PackageVerifier().verify(ByteSource.of(sample.file()), policy).contentHash());
      }
    }
    for (int length = 0; length < sample.file().length; length += 97) {
      byte[] cut = Arrays.copyOf(sample.file(), length);
      assertThat(new PackageVerifier().verify(ByteSource.of(cut), policy).accepted()).isFalse();
    }
  }
}
