package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Client;
import dev.countermark.conformance.DockerEngine;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.Readme;
import dev.countermark.testkit.oci.RegistryClient;
import dev.countermark.testkit.oci.SampleImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that the README shows for images work as they stand there, but for the port. */
@ExtendWith(PlatformExtension.class)
class ReadmeTest {
  private static final String IMAGE = "demo/hello/web";

  private Platform platform;
  private Readme readme;

  @BeforeEach
  void logIn(Platform platform) {
    this.platform = platform;
    readme = new Readme(platform);
  }

  private void pushAndAwaitSigned() {
    RegistryClient registry = RegistryClient.withToken(platform.url(), platform.adminToken());
    SampleImage image = SampleImage.oci(71);
    registry.push(IMAGE, "1.0", image);
    OciRepository.awaitSigned(registry, "demo/hello", "web", image.digest());
  }

  @ParameterizedTest
  @ValueSource(strings = {"cosign2", "cosign3"})
  void verifyWithCosign(String cosign) throws IOException {
    Client client = Client.require(cosign);
    pushAndAwaitSigned();

    readme.run(readme.snippet("cosign verify"), Map.of("cosign", client));
  }

  @Test
  void verifyWithSkopeo() throws IOException {
    Client.require("skopeo");
    Client.require("curl");
    pushAndAwaitSigned();

    readme.run(readme.snippet("skopeo"), Map.of());
  }

  @Test
  void pushWithDocker() throws IOException {
    Path tar = readme.home().directory().resolve("rootfs.tar");
    Files.write(tar, SampleImage.tar("hello", new byte[] {1}));
    try (DockerEngine docker = DockerEngine.require(readme.home())) {
      docker.run("import", tar.toString(), "readme/image").succeeded();

      String script =
          readme
              .snippet("docker push")
              .replaceAll("(?m)^docker login.*$", "")
              .replace("IMAGE", "readme/image");
      readme.run(script, Map.of());

      docker.run("image", "rm", "readme/image", platform.host() + "/" + IMAGE + ":1.0").succeeded();
    }
    assertThat(
            RegistryClient.withToken(platform.url(), platform.adminToken()).manifest(IMAGE, "1.0"))
        .isPresent();
  }
}
