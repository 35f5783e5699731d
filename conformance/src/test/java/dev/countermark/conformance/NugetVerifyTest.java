package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.nupkg.archive.ArchiveEntry;
import dev.countermark.format.nupkg.archive.ByteSource;
import dev.countermark.format.nupkg.archive.PackageArchive;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code dotnet nuget verify} on what the platform hands out (nuget reference, section 8.3). */
@ExtendWith(PlatformExtension.class)
class NugetVerifyTest {
  private static final Pattern FINGERPRINT = Pattern.compile("fingerprint=\"([0-9A-F]{64})\"");

  private Platform platform;
  private Dotnet dotnet;
  private NugetFeed feed;

  @BeforeEach
  void open(Platform platform) {
    this.platform = platform;
    dotnet = Dotnet.require(platform);
    feed = NugetFeed.open(platform);
  }

  private static String contentHash(byte[] file) throws Exception {
    return Base64.getEncoder()
        .encodeToString(
            PackageArchive.read(ByteSource.of(file)).hash(MessageDigest.getInstance("SHA-512")));
  }

  private static void assertAccepted(Command.Result result) {
    assertThat(result.exitCode()).as(result::toString).isZero();
    assertThat(result.output()).contains("Successfully verified");
  }

  private static void assertRefused(Command.Result result, String code) {
    assertThat(result.exitCode()).as(result::toString).isEqualTo(1);
    assertThat(result.output()).contains(code);
  }

  private static byte[] golden(String name) throws Exception {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path file = at.resolve("shared/vectors/nuget").resolve(name);
      if (Files.exists(file)) {
        return Files.readAllBytes(file);
      }
    }
    SkippedClients.record("golden package " + name);
    return Assumptions.abort("golden package " + name + " is not beside the project");
  }

  @Test
  void acceptsARepositorySignature() throws Exception {
    NugetPackage nupkg = NugetPackage.of("Conformance.Primary", "1.0.0", 1);
    byte[] signed = feed.pushed(nupkg);

    Command.Result result = dotnet.verify(signed, feed.config());

    assertAccepted(result);
    assertThat(result.output())
        .contains(
            "Signature type: Repository",
            "Service index: " + feed.index(),
            "Owners: " + feed.owner(),
            "Content hash: " + contentHash(nupkg.bytes()),
            "NU3027");
  }

  @Test
  void refusesWhoIsNotTrusted() {
    byte[] signed = feed.pushed(NugetPackage.of("Conformance.Trust", "1.0.0", 2));
    String config = feed.config();
    Matcher fingerprint = FINGERPRINT.matcher(config);
    assertThat(fingerprint.find()).isTrue();
    String own = fingerprint.group(1);

    assertAccepted(dotnet.verify(signed, config));
    assertRefused(
        dotnet.verify(
            signed, "<configuration><packageSources><clear/></packageSources></configuration>"),
        "NU3018");
    assertRefused(
        dotnet.verify(signed, config.replace(own, own.toLowerCase(Locale.ROOT))), "NU3018");
    assertRefused(dotnet.verify(signed, config.replace(own, "A".repeat(64))), "NU3034");
    assertRefused(
        dotnet.verify(signed, config.replaceAll("<owners>.*</owners>", "<owners>mallory</owners>")),
        "NU3034");
    Path file = dotnet.file("p.nupkg", signed);
    String path = dotnet.file("nuget.config", config);
    assertAccepted(
        dotnet.run(
            "nuget",
            "verify",
            file.toString(),
            "--configfile",
            path,
            "--certificate-fingerprint",
            own,
            "-v",
            "normal"));
    assertRefused(
        dotnet.run(
            "nuget",
            "verify",
            file.toString(),
            "--configfile",
            path,
            "--certificate-fingerprint",
            "B".repeat(64),
            "-v",
            "normal"),
        "NU3034");
  }

  @Test
  void refusesEveryTamperedForm() throws Exception {
    NugetPackage nupkg = NugetPackage.of("Conformance.Tamper", "1.0.0", 3);
    byte[] signed = feed.pushed(nupkg);
    String config = feed.config();
    PackageArchive archive = PackageArchive.read(ByteSource.of(signed));
    ArchiveEntry signature = archive.signature().orElseThrow();

    byte[] content = signed.clone();
    content[200] ^= 1;
    assertRefused(dotnet.verify(content, config), "NU3008");

    byte[] appended = java.util.Arrays.copyOf(signed, signed.length + 1);
    assertRefused(dotnet.verify(appended, config), "error");

    byte[] cms = signed.clone();
    int value = (int) (signature.localOffset() + signature.size()) - 300;
    cms[value] ^= 1;
    assertThat(dotnet.verify(cms, config).exitCode()).isEqualTo(1);

    byte[] zeros = signed.clone();
    java.util.Arrays.fill(
        zeros,
        (int) signature.localOffset() + 44,
        (int) (signature.localOffset() + signature.size()),
        (byte) 0);
    assertRefused(dotnet.verify(zeros, config), "NU3003");

    byte[] deflated = signed.clone();
    deflated[(int) signature.localOffset() + 8] = 8;
    assertRefused(dotnet.verify(deflated, config), "NU3005");

    byte[] flags = signed.clone();
    flags[(int) signature.headerPosition() + 8] = 8;
    assertRefused(dotnet.verify(flags, config), "NU3005");

    assertRefused(dotnet.verify(nupkg.bytes(), config), "NU3004");
  }

  @Test
  void countersignsAnAuthorsPackage() throws Exception {
    byte[] original = golden("newtonsoft.json.13.0.4.nupkg");
    assertThat(feed.push(original).statusCode()).isEqualTo(202);
    feed.awaitSigned("Newtonsoft.Json", "13.0.4");
    byte[] signed = feed.download("Newtonsoft.Json", "13.0.4");

    Command.Result result = dotnet.verify(signed, feed.config());

    assertAccepted(result);
    assertThat(result.output())
        .contains("Signature type: Author", "Signature type: Repository", feed.index())
        .contains(
            "Content hash:"
                + " pdgNNMai3zv51W5aq268sujXUyx7SNdE2bj1wZcWjAQrKMFZV260lbqYop1d2GM67JI1huLRwxo9ZqnfF/lC6A==");
    assertThat(contentHash(signed)).isEqualTo(contentHash(original));
    assertThat(
            feed.status("Newtonsoft.Json", "13.0.4").path("replaced").path("serviceIndex").asText())
        .isEqualTo("https://api.nuget.org/v3/index.json");
  }

  @Test
  void acceptsOldAndNewAfterARotation() throws Exception {
    NugetPackage nupkg = NugetPackage.of("Conformance.Rotated", "1.0.0", 5);
    byte[] before = feed.pushed(nupkg);

    platform.rotateImmediately(feed.repository().path(), "nuget");
    byte[] other = feed.pushed(NugetPackage.of("Conformance.Rotated", "1.0.1", 6));
    feed.repository().resync();
    String old =
        feed.status("Conformance.Rotated", "1.0.1").path("signature").path("certificate").asText();
    org.awaitility.Awaitility.await()
        .atMost(java.time.Duration.ofSeconds(60))
        .until(
            () ->
                feed.status("Conformance.Rotated", "1.0.0")
                    .path("signature")
                    .path("certificate")
                    .asText()
                    .equals(old));
    byte[] after = feed.download("Conformance.Rotated", "1.0.0");
    String config = feed.config();

    assertThat(FINGERPRINT.matcher(config).results().count()).isEqualTo(2);
    assertThat(after).isNotEqualTo(before);
    for (byte[] each : java.util.List.of(before, other, after)) {
      assertAccepted(dotnet.verify(each, config));
    }
    assertThat(contentHash(before))
        .isEqualTo(contentHash(after))
        .isEqualTo(contentHash(nupkg.bytes()));
  }
}
