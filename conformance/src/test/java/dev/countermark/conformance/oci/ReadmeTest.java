package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Client;
import dev.countermark.conformance.DockerEngine;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.Reader;
import dev.countermark.testkit.oci.RegistryClient;
import dev.countermark.testkit.oci.SampleImage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The commands that the README and docs/formats/oci.md show for images work as they stand there,
 * but for names and ports.
 */
@ExtendWith(PlatformExtension.class)
class ReadmeTest {
  private Platform platform;
  private Reader reader;
  private RegistryClient registry;

  @BeforeEach
  void read(Platform platform) {
    this.platform = platform;
    reader = Reader.ofReadme(platform);
    registry = RegistryClient.withToken(platform.url(), platform.adminToken());
  }

  private void pushAndAwaitSigned() {
    SampleImage image = SampleImage.oci(71);
    String repository = reader.repository().path();
    registry.push(repository + "/web", "1.0", image);
    OciRepository.awaitSigned(registry, repository, "web", image.digest());
    reader.assertPrivate("/status/oci/web@" + image.digest());
  }

  @ParameterizedTest
  @ValueSource(strings = {"cosign2", "cosign3"})
  void verifyWithCosign(String cosign) {
    reader.with("cosign", Client.require(cosign));
    pushAndAwaitSigned();

    reader.run(reader.block("README.md", "cosign verify"));
  }

  @Test
  void verifyWithSkopeo() {
    Client.require("skopeo");
    Client.require("curl");
    pushAndAwaitSigned();

    reader.run(reader.block("README.md", "curl -O http"));
  }

  /** Engines take a certificate that nobody vouches for on addresses of their own machine. */
  @Test
  void pushWithDocker() {
    reader.write("rootfs.tar", SampleImage.tar("hello", new byte[] {1}));
    try (DockerEngine docker = DockerEngine.require(reader.home())) {
      docker.run("import", "rootfs.tar", "readme/image").succeeded();

      reader.run(
          reader
              .block("README.md", "docker login")
              .replaceAll(
                  "(?m)^(docker login \\S+ -u admin) .*$", "$1 --password-stdin <<< \"\\$TOKEN\"")
              .replace("IMAGE", "readme/image"));
      assertPushed(reader);
      for (String scheme : new String[] {"http", "https"}) {
        Reader other =
            Reader.over(scheme, platform, platform.repository("oci", OciOptions.defaults().json()));
        String push = other.block("docs/formats/oci.md", "docker push");
        other.run(push.replaceFirst("push", "tag readme/image") + push);
        assertPushed(other);
        docker.run("image", "rm", push.split(" ")[2].strip()).succeeded();
      }

      docker
          .run(
              "image",
              "rm",
              "readme/image",
              platform.host() + "/" + reader.repository().path() + "/web:1.0")
          .succeeded();
    }
  }

  private void assertPushed(Reader by) {
    assertThat(registry.manifest(by.repository().path() + "/web", "1.0")).isPresent();
  }
}
