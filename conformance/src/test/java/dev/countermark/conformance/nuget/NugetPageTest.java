package dev.countermark.conformance.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.Reader;
import dev.countermark.testkit.nuget.NugetPackage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The commands that docs/formats/nuget.md shows, on a private feed; where they push over plain
 * http, with the option that the page names. {@link NugetSymbolsTest} does those for symbols.
 */
@ExtendWith(PlatformExtension.class)
class NugetPageTest {
  private Platform platform;
  private NugetFeed feed;

  @BeforeEach
  void open(Platform platform) {
    this.platform = platform;
    feed = NugetFeed.open(platform, JsonNodeFactory.instance.objectNode());
  }

  private Reader reader(String scheme) {
    return NugetReader.equipped(Reader.over(scheme, platform, feed.repository()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void push(String scheme) {
    Reader reader = reader(scheme);
    NugetPackage nupkg = NugetPackage.of("Page.Pushed", "1.0.0", 52);
    reader.write("PACKAGE.nupkg", nupkg.bytes());

    String push = reader.block("docs/formats/nuget.md", "dotnet nuget push").strip();
    reader.run(scheme.equals("http") ? push + " --allow-insecure-connections" : push);

    assertThat(feed.listed(nupkg.id())).containsExactly(nupkg.version());
    reader.assertPrivate(NugetReader.path(nupkg));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void restore(String scheme) {
    Reader reader = reader(scheme);
    NugetPackage nupkg = NugetPackage.of("Page.Restored", "1.0.0", 53);
    feed.pushed(nupkg);
    NugetReader.writeProject(reader, nupkg);

    String block =
        reader.block(
            "docs/formats/nuget.md", "curl -O https://HOST/acme/app/keys/nuget/nuget.config");
    Command.Result restored = reader.run("project", block);

    assertThat(NugetReader.restored(reader, nupkg)).as(restored::toString).isDirectory();
    reader.assertPrivate(NugetReader.path(nupkg));
  }

  /** A bundle that the client can read: its own roots, and the feed's. */
  @Test
  void rootForAllUsers() throws IOException, CertificateException {
    Reader reader = reader("https");

    reader.run(
        "SDK=$(dotnet --list-sdks | sed -n 's|\\(.*\\) \\[\\(.*\\)\\]|\\2/\\1|p' | tail -n 1)\n"
            + reader
                .block("docs/formats/nuget.md", "curl -O https://HOST/acme/app/keys/nuget/root.pem")
                .replace("SDK/", "\"$SDK\"/")
            + "cp \"$SDK\"/trustedroots/codesignctl.pem roots.pem");

    Path home = reader.home().directory();
    Collection<? extends Certificate> bundle = certificates(home.resolve("objsign-ca-bundle.pem"));
    assertThat(bundle.containsAll(certificates(home.resolve("roots.pem")))).isTrue();
    assertThat(bundle.containsAll(certificates(home.resolve("root.pem")))).isTrue();
  }

  private static Collection<? extends Certificate> certificates(Path pem)
      throws IOException, CertificateException {
    Collection<? extends Certificate> found =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(pem)));
    assertThat(found).isNotEmpty();
    return found;
  }
}
