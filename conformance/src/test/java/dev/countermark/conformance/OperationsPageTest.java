package dev.countermark.conformance;

import static dev.countermark.conformance.FormatContract.pushed;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The commands that docs/operations.md shows, on a platform whose packages with certificates are
 * signed below offline roots that were made as the page says.
 */
class OperationsPageTest {
  /** Of a key that is worth its passphrase. */
  private static final String PASSPHRASE = "correct horse\n";

  private static final String CURVE = "ec -pkeyopt ec_paramgen_curve:P-256";

  @TempDir private static Path offline;
  private static Map<String, String> authorities;
  private static Platform platform;

  @BeforeAll
  static void start() throws IOException {
    Client.require("openssl");
    Client.require("script");
    authorities = new HashMap<>();
    makeRoot("swift", CURVE);
    makeRoot("nuget", "rsa:4096");
    platform = Platform.start(authorities);
  }

  /**
   * The root's key gets a passphrase: OpenSSL asks twice for it, and once when it is used.
   *
   * @param key of which kind, as the page says it of the format
   */
  private static void makeRoot(String label, String key) throws IOException {
    Path folder = Files.createDirectory(offline.resolve(label));
    String block = Block.of("docs/operations.md", "openssl req -x509").text();
    assertThat(block).contains("-newkey " + CURVE);
    run(
        folder,
        Map.of("BLOCK", "set -euo pipefail\n" + block.replace(CURVE, key)),
        "printf '" + PASSPHRASE.repeat(3) + "' | script -qec 'bash -c \"$BLOCK\"' typescript");
    String setting = "COUNTERMARK_KEYSERVICE_CA_" + label.toUpperCase(Locale.ROOT);
    authorities.put(setting + "_KEY_FILE", folder.resolve("issuing.key").toString());
    authorities.put(setting + "_CERTIFICATES_FILE", folder.resolve("chain.pem").toString());
  }

  private static Command.Result run(
      Path directory, Map<String, String> environment, String script) {
    return Command.run(
            directory,
            environment,
            Duration.ofMinutes(1),
            List.of("bash", "-euo", "pipefail", "-c", script))
        .succeeded();
  }

  @AfterAll
  static void stop() {
    if (platform != null) {
      platform.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"swift", "nuget"})
  void packagesAreSignedBelowTheOfflineRoot(String label) throws IOException {
    FormatCase format =
        FormatCase.all().stream().filter(f -> f.label().equals(label)).findAny().orElseThrow();
    Platform.Repository repository = platform.repository(label, format.settings());
    Packages packages = format.packages(platform, repository);

    assertThat(packages.verify(1, pushed(packages, 1))).isPresent();

    Path folder = offline.resolve(label);
    run(folder, Map.of(), "openssl x509 -in root.pem -outform DER -out root.cer");
    assertThat(platform.get("/" + repository.path() + "/keys/" + label + "/root.cer").body())
        .isEqualTo(Files.readAllBytes(folder.resolve("root.cer")));
  }

  @Test
  void anotherRootSecretKeepsAllKeys() throws IOException {
    String rewrap = Block.of("docs/operations.md", "java -jar key-service").text();
    Map<Packages, String> keys = new HashMap<>();
    for (FormatCase format : FormatCase.all()) {
      Packages packages =
          format.packages(platform, platform.repository(format.label(), format.settings()));
      keys.put(packages, packages.verify(1, pushed(packages, 1)).orElseThrow());
    }

    Path secret = secret();
    Path former = Files.copy(secret, offline.resolve("former-secret"));
    try (PausedPart stopped = new PausedPart(platform, "key-service")) {
      Files.writeString(secret, "not the one that " + Files.size(former) + " bytes were before");
      keyService(rewrap.replace("FORMER", former.toString()));
    }
    platform.kill("key-service"); // with the former secret; the next one has the new

    keys.forEach(
        (packages, key) -> assertThat(packages.verify(2, pushed(packages, 2))).contains(key));
    String audit =
        rewrap.replace("rewrap --former-root-secret-file FORMER", "verify-audit --recompute");
    assertThat(keyService(audit).output()).contains("every chain holds");
  }

  private static Path secret() {
    String setting = "countermark.keyservice.root-secret-file";
    return Path.of(platform.setting("key-service", setting).orElseThrow());
  }

  /** In the checkout, with the settings of the service that runs. */
  private static Command.Result keyService(String command) {
    Path settings = platform.requireData().resolve("config/key-service.properties");
    Map<String, String> environment = new HashMap<>(authorities);
    environment.put(
        "JAVA_TOOL_OPTIONS",
        "-XX:TieredStopAtLevel=1 -Dsmallrye.config.locations=" + settings.toUri());
    return run(ProjectFiles.root(), environment, command);
  }
}
