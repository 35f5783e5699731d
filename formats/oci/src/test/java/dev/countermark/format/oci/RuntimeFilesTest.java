package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RuntimeFilesTest {
  private static String text(byte[] file) {
    return new String(file, StandardCharsets.UTF_8);
  }

  @Test
  void containerdIsToldTheScheme() {
    assertThat(text(RuntimeFiles.containerd("http://a.test:8080")))
        .contains("/etc/containerd/certs.d/a.test:8080/hosts.toml")
        .endsWith(
            """
            server = "http://a.test:8080"

            [host."http://a.test:8080"]
              capabilities = ["pull", "resolve", "push"]
            """);
  }

  @Test
  void crioIsToldWhatIsPlain() {
    assertThat(text(RuntimeFiles.crio("http://a.test:8080")))
        .endsWith(
            """
            [crio.image]
            signature_policy_dir = "/etc/crio/policies"
            insecure_registries = ["a.test:8080"]
            """);
    assertThat(text(RuntimeFiles.crio("https://a.test"))).doesNotContain("insecure");
  }
}
