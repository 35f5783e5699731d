package dev.countermark.conformance.nuget;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.nuget.NugetPackage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The .NET client in a folder of its own: nothing cached, nothing trusted but what a test says. */
final class Dotnet {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Pattern SDK = Pattern.compile("(\\S+) \\[(.+)]");

  /** What the client says; it has no code for everything that it says. */
  private static final Pattern SAID =
      Pattern.compile("^(error|warn ): (?:(NU\\d{4}): |(?=[A-Z]))", Pattern.MULTILINE);

  private final Client client;
  private final Client.Home home;
  private final Platform platform;
  private final Map<String, String> environment;

  private Dotnet(
      Client client, Client.Home home, Platform platform, Map<String, String> environment) {
    this.client = client;
    this.home = home;
    this.platform = platform;
    this.environment = Map.copyOf(environment);
  }

  /** The client, or a skipped test that names it. */
  static Dotnet require(Platform platform) {
    return in(platform, Client.require("dotnet"));
  }

  /** The client where it is installed; where not, that is recorded. */
  static Optional<Dotnet> find(Platform platform) {
    return Client.findOrRecord("dotnet").map(c -> in(platform, c));
  }

  private static Dotnet in(Platform platform, Client client) {
    Client.Home home = Client.Home.create(platform.scratch(), Map.of());
    return new Dotnet(client, home, platform, Map.of("NUGET_CERT_REVOCATION_MODE", "offline"));
  }

  /** As it is by default: it wants to know whether certificates are revoked. */
  Dotnet askingForRevocations() {
    return with("NUGET_CERT_REVOCATION_MODE", "online");
  }

  /** The same with an environment variable. */
  Dotnet with(String variable, String value) {
    Map<String, String> more = new LinkedHashMap<>(environment);
    more.put(variable, value);
    return new Dotnet(client, home, platform, more);
  }

  /** The same client with one more root for timestamps. */
  Dotnet trustingTimestampsOf(X509Certificate root) {
    return trusting(root, "timestampctl.pem");
  }

  /** The same client with one more root for signatures. */
  Dotnet trustingSignaturesOf(X509Certificate root) {
    return trusting(root, "codesignctl.pem");
  }

  /** It has its lists of roots in its own folder only, so this is a copy of it. */
  private Dotnet trusting(X509Certificate root, String list) {
    try {
      Matcher sdk = SDK.matcher(run("--list-sdks").succeeded().output());
      if (!sdk.find()) {
        throw new IllegalStateException("the client does not say where it is");
      }
      Path from = Path.of(sdk.group(2)).getParent();
      Path copy = home.directory().resolve("dotnet");
      Path folder = Path.of("sdk", sdk.group(1));
      copy(from.resolve(folder), copy.resolve(folder));
      for (String unchanged : List.of("host", "shared", "packs", "metadata", "sdk-manifests")) {
        if (Files.exists(from.resolve(unchanged))) {
          Files.createSymbolicLink(copy.resolve(unchanged), from.resolve(unchanged));
        }
      }
      Path program = Files.copy(from.resolve("dotnet"), copy.resolve("dotnet"));
      Path roots = copy.resolve(folder).resolve("trustedroots").resolve(list);
      Files.writeString(
          roots,
          Files.readString(roots)
              + "\n-----BEGIN CERTIFICATE-----\n"
              + Base64.getMimeEncoder().encodeToString(root.getEncoded())
              + "\n-----END CERTIFICATE-----\n");
      return new Dotnet(Client.at(program), home, platform, environment);
    } catch (IOException | CertificateEncodingException e) {
      throw new IllegalStateException("cannot copy the client", e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file));
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  /** Severity and code of everything that it said, as {@code ERROR NU3018}; each once. */
  static List<String> codes(Command.Result result) {
    return SAID.matcher(result.output())
        .results()
        .map(
            m ->
                (m.group(1).equals("error") ? "ERROR " : "WARNING ")
                    + (m.group(2) == null ? "" : m.group(2)))
        .filter(said -> !said.equals("WARNING "))
        .distinct()
        .toList();
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
    Map<String, String> all = new LinkedHashMap<>(environment);
    String directory = home.directory().toString();
    all.put("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
    all.put("DOTNET_NOLOGO", "1");
    all.put("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
    all.put("DOTNET_CLI_HOME", directory);
    all.put("NUGET_PACKAGES", directory + "/packages");
    all.put("NUGET_HTTP_CACHE_PATH", directory + "/http");
    platform.tlsAuthority().ifPresent(ca -> all.put("SSL_CERT_FILE", ca.toString()));
    return client.run(home, LIMIT, all, arguments);
  }

  /** Judges a package. */
  Command.Result verify(byte[] nupkg, String config, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "nuget",
                "verify",
                file("p.nupkg", nupkg).toString(),
                "--configfile",
                file("nuget.config", config),
                "-v",
                "normal"));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  /** Restores a project that refers to one package, with nothing in any cache. */
  Command.Result restore(String id, String version, String config) {
    return restore(id, version, config, "");
  }

  /**
   * @param property one more property of the project, XML
   */
  Command.Result restore(String id, String version, String config, String property) {
    clear("http");
    return restoreAnew(id, version, config, property);
  }

  /**
   * Restores once more what is no longer here, as somebody who restored from the same feed before:
   * what the client remembers of the feed stays.
   */
  Command.Result restoreAgain(NugetPackage nupkg, String config, String... more) {
    return restoreAnew(nupkg.id(), nupkg.version(), config, "", more);
  }

  private Command.Result restoreAnew(
      String id, String version, String config, String property, String... more) {
    clear("packages");
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
    List<String> arguments = new ArrayList<>(List.of("restore", project(), "-v", "n"));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  /** Answers of feeds that the client remembers and that hold a text. */
  List<String> remembered(String text) {
    try (var files = Files.walk(home.directory().resolve("http"))) {
      List<String> found = new ArrayList<>();
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (content.contains(text)) {
          found.add(content);
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The project of the last restore. */
  String project() {
    return home.directory().resolve("project/p.csproj").toString();
  }

  /** The hash that the last restore wrote down for a package. */
  String contentHash(String id) {
    try {
      byte[] lock = Files.readAllBytes(home.directory().resolve("project/packages.lock.json"));
      JsonNode packages = Json.read(lock, JsonNode.class).path("dependencies").path("net10.0");
      return packages.path(id).path("contentHash").asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the client finds in a feed, JSON. */
  String search(NugetFeed feed, String term, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("package", "search", term, "--source", feed.index(), "--format", "json"));
    arguments.addAll(List.of(more));
    clear("http");
    return run(arguments.toArray(String[]::new)).succeeded().output();
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
