package dev.countermark.conformance.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.Reader;
import dev.countermark.format.nuget.symbols.TestPdbs;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Symbols as the page has them packed and pushed, and as debuggers ask for them. */
@ExtendWith(PlatformExtension.class)
class NugetSymbolsTest {
  private static final UUID GUID = UUID.fromString("95f8f6b2-afbc-45e4-884c-b4a5bf5addd2");

  /** The SDK of the tests has no compiler: the assembly and its PDB are there already. */
  private static void build(Reader reader, byte[] pdb) {
    reader.write(
        "nuget.config",
        utf8("<configuration><packageSources><clear/></packageSources></configuration>"));
    reader.write(
        "Conformance.Symbols.csproj",
        utf8(
            "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup>"
                + "<TargetFramework>netstandard2.0</TargetFramework><Version>1.2</Version>"
                + "<DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>"
                + "<GenerateDependencyFile>false</GenerateDependencyFile><NoBuild>true</NoBuild>"
                + "</PropertyGroup></Project>"));
    String out = "bin/Release/netstandard2.0/Conformance.Symbols";
    reader.write(out + ".dll", utf8("MZ"));
    reader.write(out + ".pdb", pdb);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void debuggersFindWhatTheClientPacksAndPushes(Platform platform) {
    NugetFeed feed = NugetFeed.open(platform, JsonNodeFactory.instance.objectNode());
    Reader reader = NugetReader.equipped(Reader.over("https", platform, feed.repository()));
    byte[] pdb = TestPdbs.portable(GUID, new byte[100_000]);
    build(reader, pdb);

    reader.run(
        reader
            .block("docs/formats/nuget.md", "dotnet pack")
            .replace("PACKAGE.nupkg", "bin/Release/Conformance.Symbols.1.2.0.nupkg"));

    String path =
        "/nuget/v3/symbols/conformance.symbols.pdb/95f8f6b2afbc45e4884cb4a5bf5addd2FFFFFFFF/"
            + "conformance.symbols.pdb";
    HttpResponse<byte[]> found = feed.getAs(feed.repository().token(), path);
    assertThat(found.statusCode()).isEqualTo(200);
    assertThat(found.body()).isEqualTo(pdb);
    assertThat(feed.get(path).statusCode()).isEqualTo(401);
    assertThat(feed.getAs(feed.repository().token(), path.replace("95f8", "95f9")).statusCode())
        .isEqualTo(404);
  }
}
