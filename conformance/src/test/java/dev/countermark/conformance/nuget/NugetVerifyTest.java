package dev.countermark.conformance.nuget;

import static dev.countermark.conformance.nuget.NugetCase.TRUSTS_NOBODY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.SkippedClients;
import dev.countermark.format.nuget.PackageSamples;
import dev.countermark.format.nuget.Sample;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.nuget.TestPki;
import dev.countermark.format.nuget.TestTsa;
import dev.countermark.format.nuget.Vectors;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.signature.MalformedSignatureException;
import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.nuget.verify.SourceSignatures;
import dev.countermark.format.nuget.verify.TrustedSigner;
import dev.countermark.format.nuget.verify.VerificationReport;
import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.MalformedArchiveException;
import dev.countermark.testkit.nuget.NugetPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the platform hands out, and what it would never hand out, judged by {@code dotnet nuget
 * verify} and by our own verifier (nuget reference, section 8.3).
 */
@ExtendWith(PlatformExtension.class)
class NugetVerifyTest {
  private static final Pattern FINGERPRINT = Pattern.compile("fingerprint=\"([0-9A-F]{64})\"");
  private static final String UNTRUSTED_ROOT = "WARNING NU3042";
  private static final String NO_TIMESTAMP = "WARNING NU3027";
  private static final String GOLDEN = "newtonsoft.json.13.0.4.nupkg";
  private static final String GOLDEN_HASH =
      "pdgNNMai3zv51W5aq268sujXUyx7SNdE2bj1wZcWjAQrKMFZV260lbqYop1d2GM67JI1huLRwxo9ZqnfF/lC6A==";

  private static Platform platform;
  private static NugetFeed feed;
  private static String config;
  private static NugetPackage unsigned;
  private static byte[] primary;
  private static byte[] countersigned;

  /** The golden package countersigned; null until somebody asks. */
  private static byte[] published;

  private static List<NugetCase> cases;
  private static Dotnet dotnet;
  private static Dotnet trustingDotnet;

  @BeforeAll
  static void pushPackages(Platform running) throws Exception {
    platform = running;
    feed = NugetFeed.open(platform);
    unsigned = NugetPackage.of("Conformance.Primary", "1.0.0", 1);
    primary = feed.pushed(unsigned);
    countersigned = feed.pushed(authored("Conformance.Authored"));
    config = feed.config();
    cases = new ArrayList<>();
    addTrust();
    addTampered();
    addSamples();
    addGolden();
    addRotated();
  }

  private static NugetPackage authored(String id) throws Exception {
    return new NugetPackage(id, "1.0.0", SignedPackages.author(id, f -> {}));
  }

  static Stream<NugetCase> cases() {
    return cases.stream();
  }

  private static void add(int number, String name, byte[] file, String trust, String... expected) {
    cases.add(NugetCase.of(number, name, file, trust, expected));
  }

  private static String fingerprint() {
    Matcher fingerprint = FINGERPRINT.matcher(config);
    assertThat(fingerprint.find()).isTrue();
    return fingerprint.group(1);
  }

  private static void addTrust() throws Exception {
    String own = fingerprint();
    add(1, "a repository's signature", primary, config, NO_TIMESTAMP);
    add(2, "an unknown author's", countersigned, config, NO_TIMESTAMP, UNTRUSTED_ROOT);
    String author =
        "<author name=\"author\"><certificate fingerprint=\"%s\" hashAlgorithm=\"SHA256\""
                .formatted(SignedPackages.fingerprint(TestPki.LEAF))
            + " allowUntrustedRoot=\"true\"/></author></trustedSigners>";
    add(
        2,
        "a trusted author's",
        countersigned,
        config.replace("</trustedSigners>", author),
        NO_TIMESTAMP);
    add(3, "nobody trusted", primary, TRUSTS_NOBODY, "ERROR NU3018", NO_TIMESTAMP, UNTRUSTED_ROOT);
    add(
        5,
        "fingerprint in lower case",
        primary,
        config.replace(own, own.toLowerCase(Locale.ROOT)),
        "ERROR NU3018",
        NO_TIMESTAMP,
        UNTRUSTED_ROOT);
    add(
        6,
        "another fingerprint",
        primary,
        config.replace(own, "A".repeat(64)),
        "ERROR NU3018",
        "ERROR NU3034",
        NO_TIMESTAMP,
        UNTRUSTED_ROOT);
    add(
        7,
        "another owner",
        primary,
        config.replaceAll("<owners>.*</owners>", "<owners>mallory</owners>"),
        "ERROR NU3034",
        NO_TIMESTAMP);
    add(10, "not signed", unsigned.bytes(), config, "ERROR NU3004");
  }

  private static void addTampered() throws Exception {
    ArchiveEntry signature = PackageArchive.read(ByteSource.of(primary)).signature().orElseThrow();
    int local = (int) signature.localOffset();
    int end = (int) (signature.localOffset() + signature.size());
    tampered(8, "a byte of the content changed", f -> f[200] ^= 1, "ERROR NU3008", NO_TIMESTAMP);
    add(
        8,
        "a byte appended",
        Arrays.copyOf(primary, primary.length + 1),
        config,
        "ERROR NU3008",
        NO_TIMESTAMP);
    tampered(8, "the signature changed", f -> f[end - 300] ^= 1, "ERROR NU3012", NO_TIMESTAMP);
    tampered(
        8, "the signature zeroed", f -> Arrays.fill(f, local + 44, end, (byte) 0), "ERROR NU3003");
    tampered(9, "signature said to be deflated", f -> f[local + 8] = 8, "ERROR NU3005");
    int header = (int) signature.headerPosition();
    tampered(9, "signature with a flag", f -> f[header + 8] = 8, "ERROR NU3005");
  }

  private static void tampered(
      int number, String name, Consumer<byte[]> change, String... expected) {
    byte[] file = primary.clone();
    change.accept(file);
    add(number, name, file, config, expected);
  }

  /** Signed by keys of our own, because the platform signs nothing like it. */
  private static void addSamples() throws Exception {
    List<Sample> samples = PackageSamples.all();
    numbered(samples, 4, "NoRoot");
    numbered(samples, 9, "Utf8Flag", "TwoEntries");
    numbered(samples, 11, "Expired", "ExpiredUnlisted", "TimestampExpired");
    numbered(samples, 12, "TimestampUntrusted", "Timestamped", "TimestampOfAnother");
    numbered(samples, 13, "TwoCountersignatures", "RepositoryCountersigned");
    numbered(samples, 14, "HttpIndex", "NoCommitment", "NoCommitmentUnlisted", "EssWithoutIssuer");
    X509Certificate expired =
        TestPki.leaf(
            p ->
                p.validity(
                    TestPki.NOW.minus(Duration.ofDays(365)),
                    TestPki.NOW.minus(Duration.ofDays(1))));
    TestTsa authority = new TestTsa();
    authority.time = TestPki.NOW.minus(Duration.ofDays(2));
    byte[] outlived =
        SignedPackages.repository(
            "ExpiredListed",
            f -> {
              f.by(expired, TestPki.LEAF_KEY, TestPki.ROOT);
              f.timestamp = authority::token;
            });
    TrustedSigner signer =
        TrustedSigner.repository(SignedPackages.fingerprint(expired), true, List.of());
    cases.add(
        NugetCase.of(11, new Sample("ExpiredListed", outlived, List.of(signer), true, List.of())));
  }

  private static void numbered(List<Sample> samples, int number, String... ids) {
    for (String id : ids) {
      cases.add(
          NugetCase.of(
              number, samples.stream().filter(s -> s.id().equals(id)).findFirst().orElseThrow()));
    }
  }

  private static void addGolden() throws IOException {
    cases.add(
        new NugetCase(
            11,
            "expired with a public timestamp",
            () -> golden("nuget.versioning.5.0.0.nupkg"),
            TRUSTS_NOBODY,
            false,
            List.of()));
    cases.add(
        new NugetCase(16, "as published", () -> golden(GOLDEN), TRUSTS_NOBODY, false, List.of()));
    cases.add(
        new NugetCase(
            17,
            "countersigned instead of its own",
            NugetVerifyTest::countersignedGolden,
            config,
            false,
            List.of(NO_TIMESTAMP)));
  }

  private static byte[] golden(String name) {
    try {
      Optional<byte[]> file = Vectors.find(name);
      if (file.isEmpty()) {
        SkippedClients.record("golden package " + name);
        Assumptions.abort("golden package " + name + " is not beside the project");
      }
      return file.orElseThrow();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static byte[] countersignedGolden() {
    if (published == null) {
      published = feed.pushed(new NugetPackage("Newtonsoft.Json", "13.0.4", golden(GOLDEN)));
    }
    return published;
  }

  private static void addRotated() {
    NugetFeed rotating = NugetFeed.open(platform);
    byte[] before = rotating.pushed(NugetPackage.of("Conformance.Rotated", "1.0.0", 5));
    platform.rotateImmediately(rotating.repository().path(), "nuget");
    byte[] other = rotating.pushed(NugetPackage.of("Conformance.Rotated", "1.0.1", 6));
    String current = certificate(rotating, "1.0.1");
    rotating.repository().resync();
    await("signed by the new key")
        .atMost(Duration.ofSeconds(60))
        .until(() -> certificate(rotating, "1.0.0").equals(current));
    byte[] after = rotating.download("Conformance.Rotated", "1.0.0");
    String both = rotating.config();
    assertThat(FINGERPRINT.matcher(both).results().count()).as("and the spare").isEqualTo(3);
    assertThat(after).isNotEqualTo(before);
    assertThat(contentHash(after)).isEqualTo(contentHash(before));
    add(18, "signed by the old key", before, both, NO_TIMESTAMP);
    add(18, "signed by the new key", other, both, NO_TIMESTAMP);
    add(18, "signed anew", after, both, NO_TIMESTAMP);
  }

  private static String certificate(NugetFeed of, String version) {
    return of.status("Conformance.Rotated", version).path("fingerprint").asText();
  }

  private static String contentHash(byte[] file) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              PackageArchive.read(ByteSource.of(file)).hash(MessageDigest.getInstance("SHA-512")));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void ourVerifierSaysSo(NugetCase judged) {
    VerificationReport report =
        OwnVerifier.verify(
            judged.file().get(),
            judged.config(),
            judged.timestampsTrusted() ? List.of(TestTsa.ROOT) : List.of());

    assertThat(OwnVerifier.codes(report)).containsExactlyInAnyOrderElementsOf(judged.expected());
    assertThat(report.accepted()).isEqualTo(!judged.refusedByUs());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theClientSaysSo(NugetCase judged) {
    byte[] file = judged.file().get();
    Command.Result result =
        (judged.timestampsTrusted() ? trustingDotnet() : dotnet()).verify(file, judged.config());

    assertThat(Dotnet.codes(result))
        .as(result::toString)
        .containsExactlyInAnyOrderElementsOf(judged.said());
    assertThat(result.exitCode()).as(result::toString).isEqualTo(judged.refused() ? 1 : 0);
  }

  /** One for all cases: verifying leaves nothing behind. */
  private static Dotnet dotnet() {
    if (dotnet == null) {
      dotnet = Dotnet.require(platform);
    }
    return dotnet;
  }

  private static Dotnet trustingDotnet() {
    if (trustingDotnet == null) {
      trustingDotnet = dotnet().trustingTimestampsOf(TestTsa.ROOT);
    }
    return trustingDotnet;
  }

  /** Case 4: what even a client refuses that demands nothing. */
  @Test
  void withoutItsRootNobodyRestoresIt() throws Exception {
    NugetCase noRoot = cases.stream().filter(c -> c.number() == 4).findFirst().orElseThrow();
    SourceSignatures source = new SourceSignatures(false, Set.of());
    assertThat(OwnVerifier.restore(noRoot.file().get(), TRUSTS_NOBODY, source).accepted())
        .isFalse();

    Files.write(dotnet().folder().resolve("NoRoot.1.0.0.nupkg"), noRoot.file().get());
    Command.Result result =
        dotnet()
            .restore(
                "NoRoot",
                "1.0.0",
                "<configuration><packageSources><clear/><add key=\"folder\" value=\""
                    + dotnet().folder()
                    + "\"/></packageSources></configuration>");
    assertThat(result.exitCode()).as(result::toString).isNotZero();
    assertThat(result.output()).contains("NU3012");
  }

  /** Cases 1, 2 and 14: what people see. */
  @Test
  void theClientShowsWhoSigned() throws Exception {
    String repository = "Signature type: Repository";
    assertThat(dotnet().verify(primary, config).succeeded().output())
        .contains(
            repository,
            "Service index: " + feed.index(),
            "Owners: " + feed.owner(),
            "Content hash: " + contentHash(unsigned.bytes()),
            "Successfully verified");
    assertThat(dotnet().verify(countersigned, config).succeeded().output())
        .contains("Signature type: Author", repository, "Service index: " + feed.index())
        .contains("Content hash: " + contentHash(countersigned));
    NugetCase untyped =
        cases.stream().filter(c -> c.name().equals("NoCommitment")).findFirst().orElseThrow();
    assertThat(dotnet().verify(untyped.file().get(), untyped.config()).output())
        .doesNotContain("Signature type:");
  }

  /** Case 15: the option means the primary signature only. */
  @Test
  void aFingerprintOnTheCommandLineIsThatOfThePrimarySigner() {
    String own = fingerprint();
    assertThat(primarySigner(primary)).isEqualTo(own);
    assertThat(primarySigner(countersigned)).isNotEqualTo(own);

    String option = "--certificate-fingerprint";
    dotnet().verify(primary, config, option, own).succeeded();
    for (Command.Result result :
        List.of(
            dotnet().verify(primary, config, option, "B".repeat(64)),
            dotnet().verify(countersigned, config, option, own))) {
      assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
      assertThat(Dotnet.codes(result)).contains("ERROR NU3034");
    }
  }

  private static String primarySigner(byte[] file) {
    return OwnVerifier.verify(file, config, List.of()).signatures().get(0).fingerprint();
  }

  /** Of the feed that signed a package, as its signature says. */
  private static String serviceIndex(byte[] file) {
    try {
      PackageArchive archive = PackageArchive.read(ByteSource.of(file));
      PackageSignature signature =
          PackageSignature.parse(archive.signatureBytes(archive.signature().orElseThrow()));
      return signature
          .repositorySigner()
          .orElseThrow()
          .repositoryClaim()
          .orElseThrow()
          .serviceIndex()
          .toString();
    } catch (IOException | MalformedArchiveException | MalformedSignatureException e) {
      throw new AssertionError(e);
    }
  }

  /** Case 17: nothing of what the author made is lost. */
  @Test
  void aPublishedPackageKeepsItsAuthorAndItsHash() {
    byte[] signed = countersignedGolden();
    assertThat(contentHash(signed)).isEqualTo(contentHash(golden(GOLDEN))).isEqualTo(GOLDEN_HASH);
    assertThat(
            feed.status("Newtonsoft.Json", "13.0.4")
                .path("details")
                .path("replaced")
                .path("serviceIndex")
                .asText())
        .isEqualTo(serviceIndex(golden(GOLDEN)));

    assertThat(dotnet().verify(signed, config).succeeded().output())
        .contains("Signature type: Author", "Signature type: Repository", feed.index())
        .contains("Content hash: " + GOLDEN_HASH);
  }
}
