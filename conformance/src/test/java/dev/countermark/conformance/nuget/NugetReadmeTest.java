package dev.countermark.conformance.nuget;

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

/** The commands that the README shows for NuGet packages work, but for the ports. */
@ExtendWith(PlatformExtension.class)
class NugetReadmeTest {
  @Test
  void pushAndRestore(Platform platform) throws IOException {
    Readme readme = new Readme(platform);
    Client.require("dotnet");
    Client.require("curl");
    Path home = readme.home().directory();
    NugetPackage nupkg = NugetPackage.of("Readme.Library", "1.0.0", 51);
    Files.write(home.resolve("PACKAGE.nupkg"), nupkg.bytes());
    Path project = Files.createDirectories(home.resolve("project"));
    Files.writeString(
        project.resolve("project.csproj"),
        """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
          <ItemGroup><PackageReference Include="%s" Version="%s"/></ItemGroup>
        </Project>
        """
            .formatted(nupkg.id(), nupkg.version()));

    String push = readme.snippet("dotnet nuget push").replace("TOKEN", platform.adminToken());
    String restore = readme.snippet("dotnet restore").replace("TOKEN", platform.adminToken());
    readme.run(
        "export DOTNET_CLI_HOME=$PWD NUGET_PACKAGES=$PWD/packages NUGET_HTTP_CACHE_PATH=$PWD/http"
            + " DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1\n"
            + push
            + "cd project\n"
            + restore,
        Map.of());

    assertThat(home.resolve("packages/readme.library/1.0.0")).isDirectory();
  }
}
