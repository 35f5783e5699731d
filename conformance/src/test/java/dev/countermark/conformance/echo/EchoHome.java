package dev.countermark.conformance.echo;

import dev.countermark.conformance.ProjectFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The built artefacts with services and a launcher that have one format more. */
final class EchoHome {
  private static final String LAUNCHER = "standalone/target";

  /** Where the format's records and purposes are. */
  private static final String FORMAT = "dev.countermark.contracts-*-tests.jar";

  private EchoHome() {}

  /** Links to what the build made; the launcher finds formats on its class path, as all do. */
  static Path make() throws IOException {
    Path built = ProjectFiles.root();
    Path home = Files.createTempDirectory(built.resolve("conformance/target"), "echo");
    for (String module :
        List.of("standalone/broker", "standalone/store", "standalone/parent-watch")) {
      link(home, module, built.resolve(module));
    }
    link(home, "key-service", built.resolve("conformance/echo/key-service"));
    link(home, "signer-service/app", built.resolve("conformance/echo/signer"));
    Path gateway = built.resolve("conformance/echo/gateway");
    link(home, "upload-gateway/app", gateway);
    Files.createDirectories(home.resolve(LAUNCHER).resolve("lib"));
    Path jar = Path.of("standalone.jar");
    Files.createSymbolicLink(
        home.resolve(LAUNCHER).resolve(jar), built.resolve(LAUNCHER).resolve(jar));
    linkJars(home, built.resolve(LAUNCHER).resolve("lib"), "*.jar");
    linkJars(home, gateway.resolve("target/quarkus-app/lib/main"), FORMAT);
    return home;
  }

  private static void link(Path home, String module, Path built) throws IOException {
    Path folder = Files.createDirectories(home.resolve(module));
    Files.createSymbolicLink(folder.resolve("target"), built.resolve("target"));
  }

  private static void linkJars(Path home, Path from, String names) throws IOException {
    int links = 0;
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(from, names)) {
      for (Path jar : jars) {
        Files.createSymbolicLink(
            home.resolve(LAUNCHER).resolve("lib").resolve(jar.getFileName()), jar);
        links++;
      }
    }
    if (links == 0) {
      throw new IOException("no " + names + " in " + from);
    }
  }
}
