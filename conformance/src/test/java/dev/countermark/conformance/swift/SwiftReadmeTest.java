package dev.countermark.conformance.swift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Client;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.Readme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The commands that the README shows for Swift packages work, but for the port. */
@ExtendWith(PlatformExtension.class)
class SwiftReadmeTest {
  @Test
  void publishAndResolve(Platform platform) throws IOException {
    Readme readme = new Readme(platform);
    Client.require("swift");
    Client.require("curl");
    SwiftPackage pkg = SwiftPackage.of("Readme", "1.0.0");
    pkg.writeTo(Files.createDirectories(readme.home().directory().resolve("library")));
    Path app = Files.createDirectories(readme.home().directory().resolve("app"));
    Files.writeString(
        app.resolve("Package.swift"),
        """
        // swift-tools-version:5.9
        import PackageDescription
        let package = Package(
          name: "App", dependencies: [.package(id: "demo.Readme", exact: "1.0.0")], targets: [])
        """);

    readme.run(
        "cd library\n"
            + readme
                .snippet("swift package-registry publish")
                .replace("SCOPE.NAME", pkg.id())
                .replace("TOKEN", platform.adminToken()),
        Map.of());
    readme.run(
        "cd app\n"
            + readme.snippet("swift package resolve").replace("TOKEN", platform.adminToken()),
        Map.of());

    assertThat(Files.readString(app.resolve("Package.resolved"))).contains("demo.Readme");
  }
}
