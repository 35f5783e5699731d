package dev.countermark.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The .NET client in a folder of its own: nothing cached, nothing trusted but what a test says. */
final class Dotnet {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final Client client;
  private final Client.Home home;
  private final Platform platform;

  private Dotnet(Client client, Client.Home home, Platform platform) {
    this.client = client;
    this.home = home;
    this.platform = platform;
  }

  /** The client, or a skipped test that names it. */
  static Dotnet require(Platform platform) {
    Client client = Client.require("dotnet");
    return new Dotnet(client, Client.Home.create(platform.scratch(), Map.of()), platform);
  }

  Path folder() {
    return home.directory();
  }

  Path file(String name, byte[] content) {
    try {
      Path file = home.directory().resolve(name);
      Files.createDirectories(file.getParent());
      return Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String file(String name, String content) {
    return home.file(name, content);
  }

  Command.Result run(String... arguments) {
    Map<String, String> environment = new LinkedHashMap<>();
    String directory = home.directory().toString();
    environment.put("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
    environment.put("DOTNET_NOLOGO", "1");
    environment.put("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
    environment.put("DOTNET_CLI_HOME", directory);
    environment.put("NUGET_PACKAGES", directory + "/packages");
    environment.put("NUGET_HTTP_CACHE_PATH", directory + "/http");
    environment.put("NUGET_CERT_REVOCATION_MODE", "offline");
    platform.tlsAuthority().ifPresent(ca -> environment.put("SSL_CERT_FILE", ca.toString()));
    return client.run(home, LIMIT, environment, arguments);
  }

  /** Judges a package. */
  Command.Result verify(byte[] nupkg, String config) {
    Path file = file("p.nupkg", nupkg);
    return run(
        "nuget",
        "verify",
        file.toString(),
        "--configfile",
        file("nuget.config", config),
        "-v",
        "normal");
  }

  /** Restores a project that refers to one package, with nothing in any cache. */
  Command.Result restore(String id, String version, String config) {
    return restore(id, version, config, "");
  }

  /**
   * @param property one more property of the project, XML
   */
  Command.Result restore(String id, String version, String config, String property) {
    clear("packages");
    clear("http");
    clear("project");
    file(
        "project/p.csproj",
        ("<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup>"
                + "<TargetFramework>net10.0</TargetFramework>"
                + "<RestorePackagesWithLockFile>true</RestorePackagesWithLockFile>"
                + property
                + "</PropertyGroup><ItemGroup><PackageReference Include=\""
                + id
                + "\" Version=\""
                + version
                + "\"/></ItemGroup></Project>")
            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    file("project/nuget.config", config.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return run("restore", home.directory().resolve("project/p.csproj").toString(), "-v", "n");
  }

  /** What the last restore wrote down about its packages. */
  String lockFile() {
    try {
      return Files.readString(home.directory().resolve("project/packages.lock.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void clear(String name) {
    Path folder = home.directory().resolve(name);
    if (!Files.exists(folder)) {
      return;
    }
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
