package dev.countermark.conformance.swift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Client;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.Reader;
import dev.countermark.testkit.swift.SwiftPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The commands that the README shows for Swift packages work, but for names and the port. */
@ExtendWith(PlatformExtension.class)
class SwiftReadmeTest {
  @Test
  void publishAndResolve(Platform platform) throws IOException {
    Reader reader = Reader.ofReadme(platform);
    Client.require("swift");
    Client.require("curl");
    SwiftPackage pkg = SwiftPackage.of("Readme", "1.0.0");
    Path home = reader.home().directory();
    pkg.writeTo(Files.createDirectories(home.resolve("library")));
    SwiftPackage.dependent(pkg).writeTo(Files.createDirectories(home.resolve("app")));

    reader.run(
        "library",
        reader
            .block("README.md", "swift package-registry publish")
            .replace("SCOPE.NAME", pkg.id()));
    reader.run("app", reader.block("README.md", "curl --create-dirs -o roots/root.cer"));

    assertThat(Files.readString(home.resolve("app/Package.resolved"))).contains(pkg.id());
    reader.assertPrivate("/swift/" + pkg.path());
  }
}
