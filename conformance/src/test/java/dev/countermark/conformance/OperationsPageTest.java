package dev.countermark.conformance;

import static dev.countermark.conformance.FormatContract.pushed;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands that docs/operations.md shows, on a platform whose Swift packages are signed below
 * an offline root that was made as the page says.
 */
class OperationsPageTest {
  /** Of a key that is worth its passphrase. */
  private static final String PASSPHRASE = "correct horse\n";

  private static final String AUTHORITY = "COUNTERMARK_KEYSERVICE_CA_SWIFT_";

  @TempDir private static Path offline;
  private static Map<String, String> authority;
  private static Platform platform;

  @BeforeAll
  static void start() {
    Client.require("openssl");
    Client.require("script");
    makeRoot();
    authority =
        Map.of(
            AUTHORITY + "KEY_FILE", offline.resolve("issuing.key").toString(),
            AUTHORITY + "CERTIFICATES_FILE", offline.resolve("chain.pem").toString());
    platform = Platform.start(authority);
  }

  /** The root's key gets a passphrase: OpenSSL asks twice for it, and once when it is used. */
  private static void makeRoot() {
    String block = Block.of("docs/operations.md", "openssl req -x509").text();
    run(
        offline,
        Map.of("BLOCK", "set -euo pipefail\n" + block),
        "printf '" + PASSPHRASE.repeat(3) + "' | script -qec 'bash -c \"$BLOCK\"' typescript");
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

  @Test
  void packagesAreSignedBelowTheOfflineRoot() throws IOException {
    FormatCase format =
        FormatCase.all().stream().filter(f -> f.label().equals("swift")).findAny().orElseThrow();
    Platform.Repository repository = platform.repository(format.label(), format.settings());
    Packages packages = format.packages(platform, repository);

    assertThat(packages.verify(1, pushed(packages, 1))).isPresent();

    run(offline, Map.of(), "openssl x509 -in root.pem -outform DER -out root.cer");
    assertThat(platform.get("/" + repository.path() + "/keys/swift/root.cer").body())
        .isEqualTo(Files.readAllBytes(offline.resolve("root.cer")));
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
    Map<String, String> environment = new HashMap<>(authority);
    environment.put(
        "JAVA_TOOL_OPTIONS",
        "-XX:TieredStopAtLevel=1 -Dsmallrye.config.locations=" + settings.toUri());
    return run(ProjectFiles.root(), environment, command);
  }
}
