package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Client;
import dev.countermark.conformance.Client.Home;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.DockerEngine;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.testkit.oci.Manifest;
import dev.countermark.testkit.oci.SampleImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What each client pushes is signed and comes back as the same bytes. */
@ExtendWith(PlatformExtension.class)
class PushMatrixTest {
  private Platform platform;
  private OciRepository repository;
  private Home home;

  @BeforeEach
  void freshRepository(Platform platform) {
    this.platform = platform;
    repository = OciRepository.open(platform);
    home = OciRepository.home(platform, repository);
  }

  private static Stream<Arguments> kinds() {
    return Stream.of(
        Arguments.of("OCI image", SampleImage.oci(11)),
        Arguments.of("Docker schema 2 image", SampleImage.docker(12)),
        Arguments.of("OCI index", SampleImage.ociIndex(13)),
        Arguments.of("Docker list", SampleImage.dockerList(14)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void pushedOverPlainHttp(String kind, SampleImage image) {
    repository.registry().push(repository.name("app"), "1.0", image);

    assertStoredAndSigned(image);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void pushedAndPulledBySkopeo(String kind, SampleImage image) {
    Client skopeo = Client.require("skopeo");

    skopeo
        .run(
            home,
            "copy",
            "--all",
            "--preserve-digests",
            "--insecure-policy",
            "--dest-tls-verify=false",
            "dir:" + directory(image),
            "docker://" + repository.reference("app") + ":1.0")
        .succeeded();

    assertStoredAndSigned(image);
    skopeo
        .run(
            home,
            "copy",
            "--all",
            "--preserve-digests",
            "--insecure-policy",
            "--remove-signatures",
            "--src-tls-verify=false",
            "docker://" + repository.reference("app") + ":1.0",
            "dir:" + home.directory().resolve("pulled"))
        .succeeded();
    assertThat(home.directory().resolve("pulled/manifest.json"))
        .hasBinaryContent(image.manifest().content().toArray());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void pushedAndPulledByCrane(String kind, SampleImage image) throws IOException {
    Client crane = Client.require("crane");
    String reference = repository.reference("app") + ":1.0";

    crane.run(home, "push", layout(image), reference).succeeded();

    assertStoredAndSigned(image);
    crane.run(home, "pull", "--format=oci", reference, "pulled").succeeded();
    try (Stream<Path> files = Files.walk(home.directory().resolve("pulled"))) {
      assertThat(files.map(Path::getFileName).map(Path::toString))
          .contains(image.digest().substring("sha256:".length()));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void pushedAndPulledByOras(String kind, SampleImage image) {
    Client oras = Client.require("oras");
    String reference = repository.reference("app") + ":1.0";

    oras.run(home, "cp", "--from-oci-layout", layout(image) + ":1.0", "--to-plain-http", reference)
        .succeeded();

    assertStoredAndSigned(image);
    oras.run(home, "cp", "--from-plain-http", reference, "--to-oci-layout", "pulled:1.0")
        .succeeded();
    assertThat(
            home.directory()
                .resolve("pulled/blobs/sha256")
                .resolve(image.digest().substring("sha256:".length())))
        .hasBinaryContent(image.manifest().content().toArray());
  }

  @Test
  void artifactPushedByOras() {
    home.file("hello.txt", "hello");

    Client.require("oras")
        .run(
            home,
            "push",
            "--plain-http",
            "--artifact-type",
            "application/vnd.example.thing",
            repository.reference("app") + ":1.0",
            "hello.txt:text/plain")
        .succeeded();

    Manifest pushed = repository.registry().manifest(repository.name("app"), "1.0").orElseThrow();
    Images.assertSigned(platform, repository, "app", pushed.digest());
  }

  @Test
  void pushedAndPulledByDocker() throws IOException {
    String reference = repository.reference("app") + ":1.0";
    Path tar = home.directory().resolve("rootfs.tar");
    Files.write(tar, SampleImage.tar("hello", reference.getBytes(StandardCharsets.UTF_8)));
    try (DockerEngine docker = DockerEngine.require(home)) {
      docker.run("import", tar.toString(), reference).succeeded();

      Command.Result push = docker.run("push", reference).succeeded();

      Manifest pushed = repository.registry().manifest(repository.name("app"), "1.0").orElseThrow();
      assertThat(push.output()).contains(pushed.digest());
      Images.assertSigned(platform, repository, "app", pushed.digest());
      docker.run("image", "rm", reference).succeeded();
      assertThat(docker.run("pull", reference).succeeded().output()).contains(pushed.digest());
      docker.run("image", "rm", reference).succeeded();
    }
  }

  /** The form in which skopeo reads Docker's types too. */
  private String directory(SampleImage image) {
    Path directory = home.directory().resolve("directory");
    image.writeDirectory(directory);
    return directory.toString();
  }

  private String layout(SampleImage image) {
    Path directory = home.directory().resolve("layout");
    image.writeLayout(directory, "1.0");
    return directory.toString();
  }

  private void assertStoredAndSigned(SampleImage image) {
    Manifest stored = repository.registry().manifest(repository.name("app"), "1.0").orElseThrow();
    assertThat(stored).isEqualTo(image.manifest());
    Images.assertSigned(platform, repository, "app", image.digest());
    image
        .children()
        .forEach(child -> Images.assertSignedOnce(platform, repository, "app", child.digest()));
  }
}
