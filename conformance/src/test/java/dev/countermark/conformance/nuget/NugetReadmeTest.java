package dev.countermark.conformance.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.Reader;
import dev.countermark.testkit.nuget.NugetPackage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The commands that the README shows for NuGet packages work, but for names and ports. */
@ExtendWith(PlatformExtension.class)
class NugetReadmeTest {
  @Test
  void pushAndRestore(Platform platform) {
    Reader reader = NugetReader.equipped(Reader.ofReadme(platform));
    NugetPackage nupkg = NugetPackage.of("Readme.Library", "1.0.0", 51);
    reader.write("PACKAGE.nupkg", nupkg.bytes());
    NugetReader.writeProject(reader, nupkg);

    reader.run(
        reader.block("README.md", "export SSL_CERT_FILE")
            + "cd project\n"
            + reader.block("README.md", "curl --cacert"));

    assertThat(NugetReader.restored(reader, nupkg)).isDirectory();
    reader.assertPrivate(NugetReader.path(nupkg));
  }
}
