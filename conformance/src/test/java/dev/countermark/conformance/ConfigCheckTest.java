package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./run config check}, on settings that services run with and on some that none would. */
@ExtendWith(PlatformExtension.class)
class ConfigCheckTest {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  /** By part: what the launcher calls its service. */
  private static final Map<String, String> SERVICES =
      Map.of("upload-gateway", "gateway", "signer", "signer", "key-service", "key-service");

  @TempDir Path folder;

  private static Command.Result check(String... arguments) {
    String[] command =
        Stream.concat(Stream.of("config", "check"), Stream.of(arguments)).toArray(String[]::new);
    return Platform.launcher(ProjectFiles.root(), LIMIT, Map.of(), command);
  }

  @Test
  void nothingIsWrongWithWhatARunningPlatformHas(Platform platform) {
    SERVICES.forEach(
        (part, service) -> {
          Path file = platform.requireData().resolve("config").resolve(part + ".properties");
          assertThat(check(file.toString(), "--service", service).succeeded().output())
              .contains("nothing wrong");
        });
  }

  @Test
  void norWithWhatIsDeployed() throws IOException {
    try (Stream<Path> files = Files.walk(ProjectFiles.root().resolve("deploy/k8s/base"))) {
      List<String> settings =
          files.map(Path::toString).filter(f -> f.endsWith("application.properties")).toList();
      assertThat(settings).hasSize(SERVICES.size());
      settings.forEach(file -> check(file).succeeded());
    }
  }

  @Test
  void whatIsWrongIsToldAndEndsWithOne() throws IOException {
    Path file = folder.resolve("application.properties");
    Files.writeString(
        file,
        "countermark.public-url=https://registry.example.org\n"
            + "countermark.gateway.conections=5\n"
            + "countermark.gateway.quiet-connection=soon\n");

    Command.Result told = check(file.toString(), "--service", "gateway");

    assertThat(told.exitCode()).isEqualTo(1);
    assertThat(told.output())
        .contains(
            file
                + ":2: countermark.gateway.conections: there is no such key; did you mean"
                + " countermark.gateway.connections?")
        .contains(file + ":3: countermark.gateway.quiet-connection: expected a duration")
        .contains("countermark.store.endpoint: is missing")
        .doesNotContain("soon");
    assertThat(check(file.toString(), "--service", "broker").exitCode()).isEqualTo(1);
  }
}
