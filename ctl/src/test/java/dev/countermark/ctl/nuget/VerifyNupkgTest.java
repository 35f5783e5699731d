package dev.countermark.ctl.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.countermark.ctl.Main;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.nuget.TestPki;
import dev.countermark.format.nuget.Vectors;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.signature.HashAlgorithm;
import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.nuget.signature.RepositoryClaim;
import dev.countermark.format.nuget.signature.SignaturePreparation;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.TestArchives;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class VerifyNupkgTest {
  private static final String FEED = "https://feed.example/acme/app/nuget/v3/index.json";
  private static final int DOS_DATE = 0x5B78 << 16;

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path root;

  @BeforeEach
  void writeRoot() throws Exception {
    root = pem("root.pem", TestPki.ROOT);
  }

  private Path pem(String name, X509Certificate... certificates) throws Exception {
    StringBuilder pem = new StringBuilder("# roots of this team\n");
    for (X509Certificate certificate : certificates) {
      pem.append("-----BEGIN CERTIFICATE-----\n")
          .append(Base64.getMimeEncoder().encodeToString(certificate.getEncoded()))
          .append("\n-----END CERTIFICATE-----\n");
    }
    return Files.writeString(folder.resolve(name), pem);
  }

  private static byte[] unsigned() {
    TestArchives archive = new TestArchives();
    archive.deflated("Acme.Tools.nuspec", TestArchives.ascii("<package/>"));
    archive.stored("lib/net8.0/Acme.Tools.dll", TestArchives.ascii("hello"));
    return archive.bytes();
  }

  private static byte[] hash(byte[] file) throws Exception {
    return PackageArchive.read(ByteSource.of(file)).hash(HashAlgorithm.SHA256.digest());
  }

  private static byte[] sign(SignaturePreparation preparation) throws Exception {
    return preparation.finish(TestPki.sign(TestPki.LEAF_KEY, preparation.digestToSign()));
  }

  private Path write(String name, byte[] p7s) throws Exception {
    ByteSource file = ByteSource.of(unsigned());
    ByteSource signed = PackageArchive.read(file).withSignature(p7s, DOS_DATE).over(file);
    return Files.write(folder.resolve(name), signed.read(0, Math.toIntExact(signed.size())));
  }

  private static SignaturePreparation repository(String... owners) throws Exception {
    return SignaturePreparation.repositoryPrimary(
        hash(unsigned()),
        TestPki.chain(TestPki.LEAF),
        TestPki.NOW,
        new RepositoryClaim(URI.create(FEED), List.of(owners)));
  }

  private Path repositorySigned(String... owners) throws Exception {
    return write("repository.nupkg", sign(repository(owners)));
  }

  private int run(Object... arguments) {
    CommandLine line = Main.commandLine(Clock.fixed(TestPki.NOW, ZoneOffset.UTC));
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
  }

  private int verify(Object... arguments) {
    return run(Stream.concat(Stream.of("verify", "nupkg"), Arrays.stream(arguments)).toArray());
  }

  private JsonNode json() throws IOException {
    return JsonMapper.builder().build().readTree(out.toString());
  }

  @Test
  void acceptsARepositorysSignature() throws Exception {
    Path file = repositorySigned("acme", "bob");
    assertThat(verify("--root", root, "--service-index", FEED, "--owner", "bob", file)).isZero();
    assertThat(out.toString())
        .contains("Verifying " + file)
        .contains("Content hash: ")
        .contains("Signature type: Repository\n")
        .contains("Service index: " + FEED)
        .contains("Owners: acme, bob")
        .contains("Subject name: ")
        .containsPattern("SHA256 hash: [0-9A-F]{64}\n")
        .contains("Signing time, as claimed: " + TestPki.NOW)
        .contains("Timestamps: none")
        .contains("warn : NU3027: ")
        .doesNotContain("error:")
        .contains("Accepted " + file + ": 0 errors, 1 warning");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void showsAnAuthorAndTheRepositoryThatCountersigned() throws Exception {
    byte[] author =
        sign(
            SignaturePreparation.authorPrimary(
                hash(unsigned()), TestPki.chain(TestPki.LEAF), TestPki.NOW));
    Path file =
        write(
            "author.nupkg",
            sign(
                SignaturePreparation.repositoryCountersignature(
                    PackageSignature.parse(author),
                    TestPki.chain(TestPki.LEAF),
                    TestPki.NOW,
                    new RepositoryClaim(URI.create(FEED), List.of("acme")))));
    assertThat(verify("--root", root, "--owner", "acme", file)).isZero();
    assertThat(out.toString())
        .contains("Signature type: Author\n")
        .contains("Signature type: Repository (countersignature)\n");
  }

  @Test
  void refusesWhomNobodyTrusts() throws Exception {
    assertThat(verify(repositorySigned())).isEqualTo(1);
    assertThat(out.toString()).contains("error: NU3018: ").contains("Refused ");
  }

  @Test
  void refusesWhatWasChanged() throws Exception {
    Path file = repositorySigned();
    byte[] bytes = Files.readAllBytes(file);
    bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("hello")]++;
    Files.write(file, bytes);
    assertThat(verify("--root", root, file)).isEqualTo(1);
    assertThat(out.toString()).contains("error: NU3008: ");
  }

  @Test
  void refusesUnsignedPackagesAndWhatIsNone() throws Exception {
    Path file = Files.write(folder.resolve("unsigned.nupkg"), unsigned());
    Path text = Files.writeString(folder.resolve("text.nupkg"), "hello");
    assertThat(verify("--root", root, file, text)).isEqualTo(1);
    assertThat(out.toString())
        .contains("error: NU3004: ")
        .contains("error: The package is not a ZIP archive.");
  }

  @Test
  void saysWhereItIsStricter() throws Exception {
    Path file = repositorySigned("acme");
    String other = "https://other.example/index.json";
    assertThat(verify("--root", root, "--service-index", other, file)).isEqualTo(1);
    assertThat(verify("--root", root, "--owner", "Acme", "--owner", "eve", file)).isEqualTo(1);
    assertThat(out.toString())
        .containsPattern("error: NU3034: .*other.example.* \\(stricter than the client\\)")
        .contains("names the owner Acme or eve. (stricter than the client)");
  }

  @Test
  void asksTheSameOfPackagesWithoutOwners() throws Exception {
    assertThat(verify("--root", root, "--owner", "acme", repositorySigned())).isEqualTo(1);
    Path file = Files.write(folder.resolve("unsigned.nupkg"), unsigned());
    assertThat(verify("--root", root, "--owner", "acme", file)).isEqualTo(1);
    assertThat(out.toString()).contains("NU3004").contains("NU3034");
  }

  @Test
  void judgesEveryFileAndTellsWhichItCouldNotRead() throws Exception {
    Path missing = folder.resolve("missing.nupkg");
    Path good = repositorySigned();
    assertThat(verify("--root", root, missing, folder, good)).isEqualTo(2);
    assertThat(err.toString())
        .contains("countermark-ctl: " + missing + ": no such file")
        .contains("countermark-ctl: " + folder + ": is a directory");
    assertThat(out.toString()).contains("Accepted " + good);
  }

  @Test
  void printsOneJsonDocument() throws Exception {
    Path good = repositorySigned("acmé");
    Path unsigned = Files.write(folder.resolve("unsigned.nupkg"), unsigned());
    Path missing = folder.resolve("missing.nupkg");
    assertThat(verify("--json", "--root", root, good, unsigned, missing)).isEqualTo(2);
    JsonNode files = json().path("files");
    assertThat(files).hasSize(3);

    JsonNode first = files.get(0);
    assertThat(first.path("file").asText()).isEqualTo(good.toString());
    assertThat(first.path("accepted").asBoolean()).isTrue();
    assertThat(Base64.getDecoder().decode(first.path("contentHash").asText())).hasSize(64);
    JsonNode signature = first.path("signatures").get(0);
    assertThat(signature.path("type").asText()).isEqualTo("repository");
    assertThat(signature.path("countersignature").asBoolean(true)).isFalse();
    assertThat(signature.path("serviceIndex").asText()).isEqualTo(FEED);
    assertThat(signature.path("owners").get(0).asText()).isEqualTo("acmé");
    assertThat(signature.path("fingerprint").asText()).matches("[0-9A-F]{64}");
    assertThat(signature.path("signingTime").asText()).isEqualTo(TestPki.NOW.toString());
    assertThat(signature.path("timestamps").isArray()).isTrue();
    JsonNode finding = first.path("findings").get(0);
    assertThat(finding.path("code").asText()).isEqualTo("NU3027");
    assertThat(finding.path("severity").asText()).isEqualTo("warning");
    assertThat(finding.path("strict").asBoolean(true)).isFalse();
    assertThat(finding.path("message").asText()).isNotBlank();

    assertThat(files.get(1).path("accepted").asBoolean(true)).isFalse();
    assertThat(files.get(1).path("signatures")).isEmpty();
    assertThat(files.get(2).path("problem").asText()).isEqualTo("no such file");
    assertThat(files.get(2).has("accepted")).isFalse();
    assertThat(out.toString()).matches("[\\x0a\\x0d\\x20-\\x7e]*");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void hostileTextDoesNotSteerTheTerminal() throws Exception {
    assertThat(verify("--root", root, repositorySigned("a\u001b[2J\nAccepted"))).isZero();
    assertThat(out.toString()).doesNotContain("\u001b").contains("Owners: a?[2J?Accepted");
  }

  @Test
  void refusesRootsThatAreNone() throws Exception {
    Path file = repositorySigned();
    Path text = Files.writeString(folder.resolve("text.pem"), "hello");
    Path missing = folder.resolve("missing.pem");
    assertThat(verify("--root", text, file)).isEqualTo(2);
    assertThat(verify("--timestamp-root", missing, file)).isEqualTo(2);
    assertThat(err.toString())
        .contains(text + ": no certificate in PEM form")
        .contains(missing + ": no such file");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void readsAllCertificatesOfAFile() throws Exception {
    X509Certificate other = TestPki.root("CN=Other Root", TestPki.LEAF_KEY);
    Path both = pem("both.pem", other, TestPki.ROOT);
    assertThat(verify("--root", both, repositorySigned())).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "verify", "verify nupkg", "verify nupkg --wrong x", "verify apk x", "sign"})
  void helpsWhoIsWrong(String arguments) {
    assertThat(run((Object[]) arguments.split(" "))).isEqualTo(2);
    assertThat(err.toString()).containsAnyOf("Usage: countermark-ctl", "Did you mean:");
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "verify --help", "verify nupkg --help"})
  void helpsWhoAsks(String arguments) {
    assertThat(run((Object[]) arguments.split(" "))).isZero();
    assertThat(out.toString()).contains("Usage: countermark-ctl");
  }

  @Test
  void helpNamesOptionsAndExitCodes() {
    assertThat(run("verify", "nupkg", "--help")).isZero();
    assertThat(out.toString())
        .contains("--root=PEM", "--timestamp-root=PEM", "--service-index=URL", "--owner=NAME")
        .contains("--json", "FILE...", "Exit code:", "Example:");
  }

  @Test
  void readsPublishedPackages() throws Exception {
    Path file =
        Files.write(
            folder.resolve("newtonsoft.nupkg"), Vectors.nuget("newtonsoft.json.13.0.4.nupkg"));
    assertThat(verify("--json", file)).isEqualTo(1);
    JsonNode judged = json().path("files").get(0);
    assertThat(judged.path("contentHash").asText())
        .isEqualTo(
            "pdgNNMai3zv51W5aq268sujXUyx7SNdE2bj1wZcWjAQrKMFZV260lbqYop1d2GM67JI1huLRwxo9ZqnfF/lC6A==");
    assertThat(judged.path("signatures").findValuesAsText("type"))
        .containsExactly("author", "repository");
    assertThat(judged.path("signatures").get(1).path("timestamps")).hasSize(1);
  }

  /** As a nuget.config of the repository has it: no root is needed. */
  @Test
  void trustsSignersByTheirFingerprints() throws Exception {
    Path file = repositorySigned("acme");
    String fingerprint = SignedPackages.fingerprint(TestPki.LEAF);

    assertThat(verify("--trusted-signer", "AB".repeat(32), "--trusted-signer", fingerprint, file))
        .isZero();
    assertThat(verify("--trusted-signer", fingerprint.toLowerCase(Locale.ROOT), file)).isZero();
    assertThat(out.toString()).doesNotContain("error:");

    assertThat(verify("--root", root, "--trusted-signer", "AB".repeat(32), file)).isEqualTo(1);
    assertThat(out.toString()).contains("error: NU3034: ");
    assertThat(verify("--trusted-signer", "AB", file)).isEqualTo(2);
    assertThat(err.toString()).contains("'AB' is no SHA-256 fingerprint");
  }

  /** The client's option of that name. */
  @Test
  void demandsACertificateOfThePrimarySigner() throws Exception {
    Path file = repositorySigned("acme");
    String fingerprint = SignedPackages.fingerprint(TestPki.LEAF);

    assertThat(verify("--root", root, "--certificate-fingerprint", fingerprint, file)).isZero();
    assertThat(verify("--certificate-fingerprint", fingerprint, file)).isEqualTo(1);
    assertThat(out.toString()).contains("error: NU3018: ").doesNotContain("NU3034");
    assertThat(verify("--root", root, "--certificate-fingerprint", "AB".repeat(32), file))
        .isEqualTo(1);
    assertThat(out.toString()).contains("error: NU3034: ");
  }
}
