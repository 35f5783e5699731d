package dev.countermark.conformance.nuget;

import dev.countermark.conformance.Client;
import dev.countermark.conformance.Reader;
import dev.countermark.testkit.nuget.NugetPackage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/** A reader with the .NET client, of which nothing is cached. */
final class NugetReader {
  private NugetReader() {}

  /** The client, or a skipped test that names it. */
  static Reader equipped(Reader reader) {
    Client.require("dotnet");
    Client.require("curl");
    String home = reader.home().directory().toString();
    return reader
        .withVariable("DOTNET_CLI_HOME", home)
        .withVariable("NUGET_PACKAGES", home + "/packages")
        .withVariable("NUGET_HTTP_CACHE_PATH", home + "/http")
        .withVariable("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .withVariable("DOTNET_NOLOGO", "1")
        .withVariable("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
  }

  /** A project in the folder {@code project} that refers to a package. */
  static void writeProject(Reader reader, NugetPackage nupkg) {
    reader.write(
        "project/project.csproj",
        """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
          <ItemGroup><PackageReference Include="%s" Version="%s"/></ItemGroup>
        </Project>
        """
            .formatted(nupkg.id(), nupkg.version())
            .getBytes(StandardCharsets.UTF_8));
  }

  /** Where a restore puts a package. */
  static Path restored(Reader reader, NugetPackage nupkg) {
    Path packages = reader.home().directory().resolve("packages");
    return packages.resolve(lowerCase(nupkg)).resolve(nupkg.version());
  }

  /** Of the versions of a package, below the repository's address. */
  static String path(NugetPackage nupkg) {
    return "/nuget/v3/flat/" + lowerCase(nupkg) + "/index.json";
  }

  private static String lowerCase(NugetPackage nupkg) {
    return nupkg.id().toLowerCase(Locale.ROOT);
  }
}
