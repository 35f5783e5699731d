package dev.countermark.rules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

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

  /** Every module's main classes; tests and fixtures may do what production may not. */
  static List<Path> mainClasses() throws IOException {
    try (Stream<Path> files = Files.walk(root(), 4)) {
      return files
          .filter(path -> path.endsWith(Path.of("target", "classes")))
          .filter(path -> !path.startsWith(root().resolve("testkit")))
          .sorted()
          .toList();
    }
  }

  /** All documents, at the top and below {@code docs}. */
  static List<Path> documents() throws IOException {
    try (Stream<Path> top = Files.list(root());
        Stream<Path> docs = Files.walk(root().resolve("docs"))) {
      List<Path> documents =
          Stream.concat(top, docs).filter(file -> file.toString().endsWith(".md")).toList();
      if (documents.size() < 4) {
        throw new IllegalStateException("no documents in " + root());
      }
      return documents;
    }
  }
}
