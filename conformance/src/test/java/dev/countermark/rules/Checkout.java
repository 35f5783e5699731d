package dev.countermark.rules;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the checkout is. */
final class Checkout {
  private Checkout() {}

  /**
   * The top directory: the first one above the working directory that holds the launcher script.
   */
  static Path root() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isRegularFile(at.resolve("run")) && Files.isRegularFile(at.resolve("pom.xml"))) {
        return at;
      }
    }
    throw new IllegalStateException("not inside a checkout: " + Path.of("").toAbsolutePath());
  }
}
