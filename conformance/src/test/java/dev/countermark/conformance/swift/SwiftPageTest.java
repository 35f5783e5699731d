package dev.countermark.conformance.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.Reader;
import dev.countermark.testkit.swift.SwiftPackage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The commands that docs/formats/swift.md shows, on a private registry. */
@ExtendWith(PlatformExtension.class)
class SwiftPageTest {
  private static final SwiftPackage PKG =
      SwiftPackage.of("LinkedList", "1.1.0").named("mona", "1.1.0");

  /**
   * Over TLS, Swift 6.0 on Linux aborts now and then when it lets go of its connections, as the
   * page says. What became of a publication is asked of the registry then; all else is done again.
   */
  private static final String PATIENT =
      """
      #!/bin/bash
      for attempt in {1..10}; do
        status=0
        "$SWIFT" "$@" > "$HOME/swift.log" 2>&1 || status=$?
        cat "$HOME/swift.log"
        grep -q '_MultiHandle deallocated' "$HOME/swift.log" || exit $status
        [ "$2" != publish ] || exit 0
      done
      exit $status
      """;

  private Platform platform;
  private SwiftRegistry registry;

  @BeforeEach
  void open(Platform platform) {
    this.platform = platform;
    registry =
        SwiftRegistry.of(
            platform, platform.repository("swift", JsonNodeFactory.instance.objectNode()));
  }

  private Reader reader(String scheme) throws IOException {
    Client swift = Client.require("swift");
    Client.require("curl");
    Reader reader = Reader.over(scheme, platform, registry.repository());
    Path home = reader.home().directory();
    PKG.writeTo(Files.createDirectories(home.resolve("library")));
    SwiftPackage.dependent(PKG).writeTo(Files.createDirectories(home.resolve("app")));
    Path patient = reader.write("bin/swift", PATIENT.getBytes(StandardCharsets.UTF_8));
    assertThat(patient.toFile().setExecutable(true)).isTrue();
    return reader.withVariable("SWIFT", swift.program().toString());
  }

  private static String resolved(Reader reader) throws IOException {
    return Files.readString(reader.home().directory().resolve("app/Package.resolved"));
  }

  /** As the page goes on: the first publication needs the login that is shown after it. */
  @Test
  void overTls() throws IOException {
    Reader reader = reader("https");
    reader.within(
        SwiftTls.trusting(
            Client.require("swift"),
            reader.home().directory(),
            platform.tlsAuthority().orElseThrow()));

    reader.run("library", reader.block("docs/formats/swift.md", "swift package-registry login"));
    registry.awaitAvailable(PKG);
    reader.run(
        "library",
        reader
            .block("docs/formats/swift.md", "swift package-registry publish")
            .replace(PKG.version(), "1.2.0"));
    registry.awaitAvailable(PKG.named("mona", "1.2.0"));
    reader.run("app", reader.block("docs/formats/swift.md", "mkdir -p"));

    assertThat(resolved(reader)).contains(PKG.id());
    reader.assertPrivate("/swift/" + PKG.path());
  }

  /** Without TLS nobody logs in: the token is in the file that a login would have written. */
  @Test
  void resolveWithoutTls() throws IOException {
    Reader reader = reader("http");
    registry.published(PKG);
    reader
        .home()
        .file(
            ".netrc",
            "machine 127.0.0.1 login token password " + registry.repository().token() + "\n");

    reader.run("app", reader.block("docs/formats/swift.md", "mkdir -p"));

    assertThat(resolved(reader)).contains(PKG.id());
    reader.assertPrivate("/swift/" + PKG.path());
  }
}
