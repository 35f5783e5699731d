package dev.countermark.conformance;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the checkout is. */
public final class ProjectFiles {
  private ProjectFiles() {}

  /**
   * The top directory: the first one above the working directory that holds the launcher script.
   */
  public static Path root() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isRegularFile(at.resolve("pom.xml"))
          && Files.isDirectory(at.resolve("standalone"))) {
        return at;
      }
    }
    throw new IllegalStateException("not inside a checkout: " + Path.of("").toAbsolutePath());
  }
}
