package dev.countermark.conformance;

import static dev.countermark.conformance.FormatContract.pushed;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands of docs/ctl.md that ask a platform, as an administrator gives them. */
@ExtendWith(PlatformExtension.class)
class CtlPageTest {
  private static Reader reader(Platform platform) {
    return reader(platform, platform.repository("oci", JsonNodeFactory.instance.objectNode()));
  }

  private static Reader reader(Platform platform, Platform.Repository repository) {
    return CtlTool.giveTo(
        new Reader(platform, repository, platform.url())
            .withVariable("COUNTERMARK_URL", platform.url().toString())
            .withVariable("COUNTERMARK_TOKEN", platform.adminToken()));
  }

  /** In the folder of {@code ./run}, by what that wrote down. */
  private static Reader operator(Platform platform, Platform.Repository repository)
      throws IOException {
    Path written = platform.requireData().resolve("endpoint.env");
    Reader reader = CtlTool.giveTo(new Reader(platform, repository, platform.url()));
    reader.write("data/endpoint.env", Files.readAllBytes(written));
    return reader;
  }

  private static FormatCase format(String label) {
    return FormatCase.all().stream().filter(f -> f.label().equals(label)).findAny().orElseThrow();
  }

  @Test
  void startsAndWatchesACampaign(Platform platform) {
    Reader reader = reader(platform);

    String said =
        reader.run(reader.block("docs/ctl.md", "./countermark-ctl resync start")).output();

    assertThat(said).contains("done [", "0 of 0", "CAMPAIGN", reader.repository().path());
  }

  @Test
  void handsDeadLettersInAgain(Platform platform) {
    Reader reader = reader(platform);

    String said =
        reader.run(reader.block("docs/ctl.md", "./countermark-ctl dead-letters list")).output();

    assertThat(said).contains("REPOSITORY", "replay done");
  }

  @Test
  void waitsForTheSignatureOfAnImage(Platform platform) {
    FormatCase oci = format("oci");
    Platform.Repository repository = platform.repository("oci", oci.settings());
    Packages packages = oci.packages(platform, repository);
    packages.push(1);
    String[] name = packages.name(1).split("@");
    Reader reader = reader(platform, repository);

    String said =
        reader
            .run(
                reader
                    .block("docs/ctl.md", "./countermark-ctl status")
                    .replace("web", name[0])
                    .replace("DIGEST", name[1]))
            .output();

    assertThat(said).contains("status: signed", "keyVersion: 1", "signatures: format", name[1]);
  }

  private static Stream<String> labels() {
    return FormatCase.all().stream().map(FormatCase::label);
  }

  @ParameterizedTest
  @MethodSource("labels")
  void tellsTheStatusOfAPackageByTheUrlThatEventsHave(String label, Platform platform) {
    FormatCase format = format(label);
    Platform.Repository repository = platform.repository(label, format.settings());
    Packages packages = format.packages(platform, repository);
    pushed(packages, 1);
    String path = "/" + repository.path() + "/status/" + label + "/" + packages.name(1);
    JsonNode status = Json.read(platform.call("GET", path, null).body(), JsonNode.class);
    String purl =
        Formats.all().stream()
            .filter(f -> f.label().equals(label))
            .map(f -> purl(f, repository, status))
            .findAny()
            .orElseThrow();

    String said =
        reader(platform, repository).run("./countermark-ctl status '" + purl + "'").output();

    assertThat(said).contains("status: signed", status.path("digest").asText());
  }

  private static String purl(Format<?, ?> format, Platform.Repository repository, JsonNode status) {
    return format.purl(
        RepositoryName.of(repository.path()),
        status.path("name").asText(),
        status.path("digest").asText());
  }

  @Test
  void makesAndDeletesARepository(Platform platform) {
    Reader reader = reader(platform, platform.unmade());
    String path = reader.repository().path();

    String said =
        reader.run(reader.block("docs/ctl.md", "./countermark-ctl repositories create")).output();
    assertThat(said)
        .contains(path + " is made", "oci.anonymousPull: true", "nuget.strictness: gallery");

    String again = reader.run("./countermark-ctl repositories create " + path).output();
    assertThat(again).contains("oci.anonymousPull: true", "stays as it is");

    reader.run(reader.block("docs/ctl.md", "./countermark-ctl repositories delete"));
    assertThat(platform.get("/" + path + "/keys/").statusCode()).isEqualTo(404);
  }

  @Test
  void deletesWhatIsTypedInATerminal(Platform platform) {
    Client.require("script");
    Reader reader = reader(platform);
    String path = reader.repository().path();
    String delete = "script -qec './countermark-ctl repositories delete " + path + "' typescript";

    String refused = reader.run("! echo other | " + delete).output();
    assertThat(refused).contains("To go on type " + path, "nothing is done");

    String done = reader.run("echo " + path + " | " + delete).output();
    assertThat(done).contains("is deleted");
  }

  @Test
  void makesTokens(Platform platform) throws IOException {
    Reader reader = reader(platform);
    String path = reader.repository().path();

    String said =
        reader.run(reader.block("docs/ctl.md", "./countermark-ctl tokens create acme")).output();

    Path file = reader.home().directory().resolve("token");
    String token = Files.readString(file).strip();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(token).startsWith("cm." + path.replace('/', '.') + ".");
    assertThat(said).contains("SCOPES", "ci").doesNotContain(token);

    String id = token.split("\\.")[3];
    reader.run("./countermark-ctl tokens revoke " + path + "/" + id);
    assertThat(reader.run("./countermark-ctl tokens list " + path + " --json").output())
        .contains("revokedAt");
  }

  @Test
  void makesTokensOfTheInstallation(Platform platform) throws IOException {
    Reader reader = reader(platform);

    String said =
        reader.run(reader.block("docs/ctl.md", "./countermark-ctl tokens create --grant")).output();

    assertThat(said).contains("GRANTS", "acme/tools-*");
    List<String> token = Files.readAllLines(reader.home().directory().resolve("token"));
    assertThat(token).hasSize(1);
    assertThat(token.get(0)).startsWith("cm.");
    reader.run("./countermark-ctl tokens revoke " + token.get(0).split("\\.")[1]);
  }

  @Test
  void rotatesAndRevokesKeys(Platform platform) throws IOException {
    FormatCase oci = format("oci");
    Platform.Repository repository = platform.repository("oci", oci.settings());
    Packages packages = oci.packages(platform, repository);
    String first = packages.verify(1, pushed(packages, 1)).orElseThrow();
    Reader reader = operator(platform, repository);

    String rotated =
        reader.run(reader.block("docs/ctl.md", "./countermark-ctl keys list")).output();
    String next = "./countermark-ctl resync start " + repository.path() + " --format oci --watch";
    assertThat(rotated).contains("current", first, "oci version 2", next.substring(2));
    reader.run(next);

    reader.run(reader.block("docs/ctl.md", "./countermark-ctl keys revoke"));
    String listed = reader.run("./countermark-ctl keys list " + repository.path()).output();
    assertThat(listed.lines().filter(line -> line.contains(first)))
        .allMatch(l -> l.contains("revoked"));
    assertThat(packages.verify(2, pushed(packages, 2))).isPresent().isNotEqualTo(first);
  }

  @Test
  void theKeyThatSignsIsRevokedImmediatelyOnly(Platform platform) throws IOException {
    FormatCase oci = format("oci");
    Platform.Repository repository = platform.repository("oci", oci.settings());
    Packages packages = oci.packages(platform, repository);
    pushed(packages, 1);
    Reader reader = operator(platform, repository);
    String revoke =
        "./countermark-ctl keys revoke " + repository.path() + " --purpose oci --version 1 --yes";

    assertThat(reader.run("! " + revoke + " 2>&1").output()).contains("rotate first");
    assertThat(reader.run(revoke + " --immediately").output()).contains("is revoked");

    assertThat(packages.verify(2, pushed(packages, 2))).isPresent();
  }

  @Test
  void verifiesTheAuditLog(Platform platform) throws IOException {
    FormatCase oci = format("oci");
    Platform.Repository repository = platform.repository("oci", oci.settings());
    pushed(oci.packages(platform, repository), 1);
    Reader reader = operator(platform, repository);

    String said =
        reader.run(reader.block("docs/ctl.md", "./countermark-ctl audit verify")).output();

    assertThat(said).contains("ok     " + repository.path() + "/oci: ", "every chain holds");
    assertThat(reader.run("./countermark-ctl audit verify").output()).contains("denials");
  }
}
