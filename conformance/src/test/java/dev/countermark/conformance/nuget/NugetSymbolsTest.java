package dev.countermark.conformance.nuget;

import static dev.countermark.conformance.nuget.Told.assertSucceeded;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.format.nuget.symbols.TestPdbs;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Symbols as the client packs and pushes them, and as debuggers ask for them. */
@ExtendWith(PlatformExtension.class)
class NugetSymbolsTest {
  private static final UUID GUID = UUID.fromString("95f8f6b2-afbc-45e4-884c-b4a5bf5addd2");

  /** The SDK of the tests has no compiler: the assembly and its PDB are there already. */
  private static void build(Dotnet dotnet, byte[] pdb) {
    dotnet.file(
        "project/nuget.config",
        utf8("<configuration><packageSources><clear/></packageSources></configuration>"));
    dotnet.file(
        "project/Conformance.Symbols.csproj",
        utf8(
            "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup>"
                + "<TargetFramework>netstandard2.0</TargetFramework><Version>1.2</Version>"
                + "<DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>"
                + "<GenerateDependencyFile>false</GenerateDependencyFile>"
                + "</PropertyGroup></Project>"));
    String out = "project/bin/Release/netstandard2.0/Conformance.Symbols";
    dotnet.file(out + ".dll", utf8("MZ"));
    dotnet.file(out + ".pdb", pdb);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void packAndPush(Dotnet dotnet, NugetFeed feed) {
    String project = dotnet.folder().resolve("project").toString();
    assertSucceeded(dotnet.run("restore", project));
    Command.Result packed =
        dotnet.run(
            "pack",
            project,
            "--no-build",
            "-c",
            "Release",
            "-p:IncludeSymbols=true",
            "-p:SymbolPackageFormat=snupkg");
    assertSucceeded(packed);
    assertThat(packed.output()).contains("Conformance.Symbols.1.2.0.snupkg");
    List<String> push =
        new ArrayList<>(
            List.of("nuget", "push", project + "/bin/Release/Conformance.Symbols.1.2.0.nupkg"));
    push.addAll(feed.credentials());
    Command.Result pushed = dotnet.run(push.toArray(String[]::new));
    assertSucceeded(pushed);
    assertThat(pushed.output()).contains("Conformance.Symbols.1.2.0.snupkg");
  }

  @Test
  void debuggersFindWhatTheClientPacksAndPushes(Platform platform) {
    Dotnet dotnet = Dotnet.require(platform);
    NugetFeed feed = NugetFeed.open(platform, JsonNodeFactory.instance.objectNode());
    byte[] pdb = TestPdbs.portable(GUID, new byte[100_000]);
    build(dotnet, pdb);

    packAndPush(dotnet, feed);

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
