package dev.countermark.bench.swift;

import dev.countermark.bench.Programs;
import dev.countermark.bench.Target;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;

/**
 * The peer for signing: {@code swift package-registry publish} that signs with an own key, in a
 * loop, as a pipeline without us would. With {@code --dry-run}: it packs and signs manifests and
 * archive like every publication, but uploads nothing, which counts in its favour. The client takes
 * no token over plain HTTP.
 */
final class SwiftLoop {
  private static final String PASSWORD = "bench-only";

  private final Path swift;
  private final Path home;

  private SwiftLoop(Path swift, Path home) {
    this.swift = swift;
    this.home = home;
  }

  static SwiftLoop prepare(Path swift, Target target) throws IOException {
    Path home = Files.createDirectories(target.scratch().resolve("swift"));
    Files.createDirectories(home.resolve("package"));
    Programs.run(
        home,
        Map.of(),
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            "author",
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=Bench",
            "-ext",
            "eku=codeSigning",
            "-storetype",
            "PKCS12",
            "-keystore",
            "author.p12",
            "-storepass",
            PASSWORD));
    try {
      KeyStore author =
          KeyStore.getInstance(home.resolve("author.p12").toFile(), PASSWORD.toCharArray());
      write(home, "key.der", author.getKey("author", PASSWORD.toCharArray()).getEncoded());
      write(home, "author.cer", author.getCertificate("author").getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot read what keytool made", e);
    }
    return new SwiftLoop(swift, home);
  }

  private static void write(Path home, String name, byte[] content) throws IOException {
    try (OutputStream out = new FileOutputStream(home.resolve(name).toFile())) {
      out.write(content);
    }
  }

  void sign(SampleRelease release) throws IOException {
    Path directory = home.resolve("package");
    release.writeTo(directory);
    Programs.run(
        directory,
        Map.of("HOME", home.toString()),
        List.of(
            swift.toString(),
            "package-registry",
            "publish",
            release.id(),
            release.version(),
            "--url",
            "http://127.0.0.1:9/swift",
            "--allow-insecure-http",
            "--dry-run",
            "--private-key-path",
            home.resolve("key.der").toString(),
            "--cert-chain-paths",
            home.resolve("author.cer").toString(),
            "--config-path",
            home.resolve("config").toString(),
            "--security-path",
            home.resolve("security").toString(),
            "--cache-path",
            home.resolve("cache").toString()));
    Path signature =
        directory
            .resolve(".build/registry/publish")
            .resolve(release.id() + "-" + release.version() + ".sig");
    if (!Files.exists(signature)) {
      throw new IllegalStateException("the client signed nothing: no " + signature);
    }
  }
}
