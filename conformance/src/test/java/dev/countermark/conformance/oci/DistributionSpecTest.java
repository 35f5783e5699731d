package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Client;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The distribution specification's own suite, no group switched off. */
@ExtendWith(PlatformExtension.class)
class DistributionSpecTest {
  @ParameterizedTest
  @ValueSource(strings = {"1.1", "dev"})
  void hasNoFailures(String version, Platform platform) {
    Client suite = Client.require("oci-conformance");
    OciRepository repository = OciRepository.open(platform);

    Command.Result result =
        suite.run(
            OciRepository.home(platform),
            Duration.ofMinutes(5),
            Map.of(
                "OCI_REGISTRY", platform.host(),
                "OCI_TLS", "disabled",
                "OCI_VERSION", version,
                "OCI_REPO1", repository.name("one"),
                "OCI_REPO2", repository.name("two"),
                "OCI_USERNAME", "token",
                "OCI_PASSWORD", repository.token(),
                "OCI_RESULTS_DIR", platform.scratch().resolve("spec-" + version).toString()));

    assertThat(result.exitCode()).as(result::toString).isZero();
    assertThat(result.output().lines())
        .as(result::toString)
        .noneMatch(line -> line.contains("FAIL") && !line.matches(".*FAIL\\S*\\s*:?\\s*0\\b.*"));
  }
}
