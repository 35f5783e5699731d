package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Client.Home;
import dev.countermark.testkit.registry.RegistryClient;
import dev.countermark.testkit.registry.SampleImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that the README shows work as they stand there, but for the port. */
@ExtendWith(PlatformExtension.class)
class ReadmeTest {
  private static final String ADDRESS = "127.0.0.1:8080";
  private static final String IMAGE = "demo/hello/web";

  private Platform platform;
  private Home home;

  /** As the README's reader: logged in with the admin token, which also made the repository. */
  @BeforeEach
  void logIn(Platform platform) {
    this.platform = platform;
    home = Home.create(platform.scratch(), Map.of(platform.host(), platform.adminToken()));
  }

  private void pushAndAwaitSigned() {
    RegistryClient registry = RegistryClient.withToken(platform.url(), platform.adminToken());
    SampleImage image = SampleImage.oci(71);
    registry.push(IMAGE, "1.0", image);
    platform.awaitSigned(registry, "demo/hello", "web", image.digest());
  }

  /** The fenced block of the README that contains {@code marker}, with this platform's address. */
  private String snippet(String marker) throws IOException {
    String readme = Files.readString(ProjectFiles.root().resolve("README.md"));
    return Pattern.compile("(?s)```\\n(.*?)```")
        .matcher(readme)
        .results()
        .map(block -> block.group(1))
        .filter(block -> block.contains(marker))
        .findFirst()
        .orElseThrow()
        .replace(ADDRESS, platform.host());
  }

  private void run(String script, Map<String, Client> programs) throws IOException {
    Path bin = Files.createDirectories(home.directory().resolve("bin"));
    for (Map.Entry<String, Client> program : programs.entrySet()) {
      Files.createSymbolicLink(bin.resolve(program.getKey()), program.getValue().program());
    }
    Map<String, String> environment = new java.util.HashMap<>(home.environment());
    environment.put("PATH", bin + ":" + System.getenv("PATH"));
    Command.run(
            home.directory(),
            environment,
            Duration.ofMinutes(2),
            List.of("bash", "-euo", "pipefail", "-c", script))
        .succeeded();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cosign2", "cosign3"})
  void verifyWithCosign(String cosign) throws IOException {
    Client client = Client.require(cosign);
    pushAndAwaitSigned();

    run(snippet("cosign verify"), Map.of("cosign", client));
  }

  @Test
  void verifyWithSkopeo() throws IOException {
    Client.require("skopeo");
    Client.require("curl");
    pushAndAwaitSigned();

    run(snippet("skopeo"), Map.of());
  }

  @Test
  void publishAndResolveWithSwift() throws IOException {
    Client.require("swift");
    Client.require("curl");
    SwiftPackage pkg = SwiftPackage.of("Readme", "1.0.0");
    pkg.writeTo(Files.createDirectories(home.directory().resolve("library")));
    Path app = Files.createDirectories(home.directory().resolve("app"));
    Files.writeString(
        app.resolve("Package.swift"),
        """
        // swift-tools-version:5.9
        import PackageDescription
        let package = Package(
          name: "App", dependencies: [.package(id: "demo.Readme", exact: "1.0.0")], targets: [])
        """);

    run(
        "cd library\n"
            + snippet("swift package-registry publish")
                .replace("SCOPE.NAME", pkg.id())
                .replace("TOKEN", platform.adminToken()),
        Map.of());
    run(
        "cd app\n" + snippet("swift package resolve").replace("TOKEN", platform.adminToken()),
        Map.of());

    assertThat(Files.readString(app.resolve("Package.resolved"))).contains("demo.Readme");
  }

  @Test
  void pushWithDocker() throws IOException {
    Path tar = home.directory().resolve("rootfs.tar");
    Files.write(tar, SampleImage.tar("hello", new byte[] {1}));
    try (DockerEngine docker = DockerEngine.require(home)) {
      docker.run("import", tar.toString(), "readme/image").succeeded();

      String script =
          snippet("docker push")
              .replaceAll("(?m)^docker login.*$", "")
              .replace("IMAGE", "readme/image");
      run(script, Map.of());

      docker.run("image", "rm", "readme/image", platform.host() + "/" + IMAGE + ":1.0").succeeded();
    }
    assertThat(
            RegistryClient.withToken(platform.url(), platform.adminToken()).manifest(IMAGE, "1.0"))
        .isPresent();
  }
}
