package dev.countermark.conformance.swift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.swift.SwiftPackage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The Swift client in a folder of its own: nothing cached, no fingerprint remembered, nobody
 * trusted but whom a test names. Unsigned and untrusted releases are errors unless a test relaxes
 * that.
 */
final class Swift {
  private static final Duration LIMIT = Duration.ofMinutes(4);

  private final Client client;
  private final Client.Home home;
  private List<String> around = List.of();

  private Swift(Client client, Client.Home home) {
    this.client = client;
    this.home = home;
    for (String folder : List.of("roots", "config", "security", "cache", "app/Sources/App")) {
      createDirectories(folder(folder));
    }
    write("netrc", "");
  }

  /** The client, or a skipped test that names it. */
  static Swift require(Platform platform) {
    return new Swift(Client.require("swift"), Client.Home.create(platform.scratch(), Map.of()));
  }

  /** The client where it is installed; where not, that is recorded. */
  static Optional<Swift> find(Platform platform) {
    return Client.findOrRecord("swift")
        .map(c -> new Swift(c, Client.Home.create(platform.scratch(), Map.of())));
  }

  /** As another user of the same machine: nothing of this one's is shared. */
  Swift another() {
    return new Swift(client, Client.Home.create(home.directory().getParent(), Map.of()));
  }

  Path folder(String name) {
    return home.directory().resolve(name);
  }

  Path write(String name, String content) {
    try {
      return Files.writeString(folder(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path write(String name, byte[] content) {
    try {
      return Files.write(folder(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Trusts one more authority of TLS certificates. */
  Swift trustingTls(Path authority) {
    around = SwiftTls.trusting(client, home.directory(), authority);
    return this;
  }

  /** Trusts these roots and no others. */
  Swift trusting(X509Certificate... roots) {
    clear("roots");
    createDirectories(folder("roots"));
    try {
      for (int i = 0; i < roots.length; i++) {
        write("roots/root" + i + ".cer", roots[i].getEncoded());
      }
      return this;
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Resolves everything from one registry; unsigned, untrusted and expired are errors. */
  Swift using(String registry) {
    return using(registry, signing -> {});
  }

  /**
   * @param change of the member {@code security.default.signing}
   */
  Swift using(String registry, Consumer<ObjectNode> change) {
    ObjectNode config = JsonNodeFactory.instance.objectNode().put("version", 1);
    config
        .putObject("registries")
        .putObject("[default]")
        .put("url", registry)
        .put("supportsAvailability", false);
    config.putObject("authentication");
    ObjectNode signing = config.putObject("security").putObject("default").putObject("signing");
    signing
        .put("onUnsigned", "error")
        .put("onUntrustedCertificate", "error")
        .put("trustedRootCertificatesPath", folder("roots").toString())
        .put("includeDefaultTrustedRootCertificates", false)
        .putObject("validationChecks")
        .put("certificateExpiration", "enabled")
        .put("certificateRevocation", "disabled");
    change.accept(signing);
    return configured(config);
  }

  /** With a file that somebody else wrote. */
  Swift configured(JsonNode registries) {
    write("config/registries.json", Json.write(registries));
    return this;
  }

  /** Sends a token to a host, also over plain HTTP. */
  Swift authenticated(String hostAndPort, String token) {
    try {
      ObjectNode config =
          (ObjectNode)
              Json.read(Files.readAllBytes(folder("config/registries.json")), JsonNode.class);
      config.withObject("/authentication").putObject(hostAndPort).put("type", "token");
      write("config/registries.json", Json.write(config));
      String host = hostAndPort.replaceAll(":.*", "");
      write("netrc", "machine " + host + " login token password " + token + "\n");
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The consumer: a program that prints the package's greeting. */
  Swift dependingOn(SwiftPackage pkg) {
    return dependingOn(pkg.id(), pkg);
  }

  /**
   * @param id as its manifest spells it
   */
  Swift dependingOn(String id, SwiftPackage pkg) {
    write(
        "app/Package.swift",
        """
        // swift-tools-version:5.9
        import PackageDescription

        let package = Package(
          name: "App",
          dependencies: [.package(id: "%1$s", exact: "%3$s")],
          targets: [
            .executableTarget(name: "App", dependencies: [.product(name: "%2$s", package: "%1$s")])
          ])
        """
            .formatted(id, pkg.name(), pkg.version()));
    write("app/Sources/App/main.swift", "import " + pkg.name() + "\nprint(greeting)\n");
    return this;
  }

  /** Resolves anew: whatever was downloaded is gone, the fingerprints are kept. */
  Command.Result resolve() {
    clear("cache");
    clear("app/.build");
    clear("app/Package.resolved");
    return run("app", "package", "resolve");
  }

  /** As on a machine that never saw the registry. */
  Command.Result resolveAfresh() {
    clear("security");
    return resolve();
  }

  /** What the client wrote down about a release that it resolved. */
  JsonNode resolved(SwiftPackage pkg) {
    try {
      return Json.read(
          Files.readAllBytes(
              folder("app/.build/registry/downloads")
                  .resolve(pkg.path())
                  .resolve(".registry-metadata")),
          JsonNode.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Publishes as a developer does, from the package's directory. */
  Command.Result publish(SwiftPackage pkg, String registry, String... more) {
    clear("package");
    pkg.writeTo(createDirectories(folder("package")));
    List<String> arguments =
        new ArrayList<>(
            List.of("package-registry", "publish", pkg.id(), pkg.version(), "--url", registry));
    if (registry.startsWith("http:")) {
      arguments.add("--allow-insecure-http");
    }
    arguments.addAll(List.of(more));
    return run("package", arguments.toArray(String[]::new));
  }

  /**
   * @param folder to run in
   * @param arguments its own options are added
   */
  Command.Result run(String folder, String... arguments) {
    List<String> command = new ArrayList<>(around);
    command.add(client.program().toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "--config-path",
            folder("config").toString(),
            "--security-path",
            folder("security").toString(),
            "--cache-path",
            folder("cache").toString(),
            "--netrc-file",
            folder("netrc").toString()));
    return Command.run(folder(folder), home.environment(), LIMIT, command);
  }

  private static Path createDirectories(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void clear(String name) {
    Path path = folder(name);
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
