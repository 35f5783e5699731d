package dev.countermark.standalone;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Where the built artefacts are: the checkout that {@code ./run} stands in.
 *
 * @param home the top folder
 */
record Installation(Path home) {
  private static final String HOME = "countermark.home";

  static Installation find() {
    String home = System.getProperty(HOME);
    if (home == null) {
      throw new UserError("start the platform with ./run");
    }
    return new Installation(Path.of(home).toAbsolutePath().normalize());
  }

  /**
   * @param folder that the service is built in
   */
  Path service(String folder) {
    return require(home.resolve(folder).resolve("target/quarkus-app/quarkus-run.jar"));
  }

  /**
   * Class path of a server that is not a service: its own jar and all its libraries, always in the
   * same order.
   */
  String server(String name) {
    Path target = home.resolve("standalone").resolve(name).resolve("target");
    List<String> jars = new ArrayList<>();
    try (var libraries = Files.newDirectoryStream(target.resolve("lib"), "*.jar")) {
      libraries.forEach(library -> jars.add(library.toString()));
    } catch (IOException e) {
      throw missing(target.resolve("lib"));
    }
    Collections.sort(jars);
    jars.add(0, require(jar(target)).toString());
    return String.join(File.pathSeparator, jars);
  }

  private static Path jar(Path target) {
    try (var files = Files.newDirectoryStream(target, "*-server-*.jar")) {
      for (Path file : files) {
        return file;
      }
    } catch (IOException e) {
      // Reported below like a missing file.
    }
    return target.resolve("missing");
  }

  Path parentWatch() {
    return require(home.resolve("standalone/parent-watch/target/parent-watch.jar"));
  }

  /** Where the launcher itself was built. */
  Path target() {
    return home.resolve("standalone/target");
  }

  /** Class path of a program beside the launcher. */
  String tool(String name) {
    Path target = home.resolve(name).resolve("target");
    return require(target.resolve(name + ".jar")) + File.pathSeparator + target.resolve("lib/*");
  }

  private static Path require(Path file) {
    if (!Files.isReadable(file)) {
      throw missing(file);
    }
    return file;
  }

  private static UserError missing(Path file) {
    return new UserError(file + " is missing: build it with 'mvn package -Dquick'");
  }
}
