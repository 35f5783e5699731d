package dev.countermark.rules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where the checkout is. */
final class Checkout {
  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");

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

  /** What is built, without {@code -SNAPSHOT}. */
  static String version() throws IOException {
    return Files.readString(root().resolve("pom.xml"))
        .replaceAll("(?s).*?<version>([^<]*?)(-SNAPSHOT)?</version>.*", "$1");
  }

  /**
   * The modules of the build, as the parent's pom lists them. A folder that is none may lie there
   * all the same, with what was built before its module moved: no rule looks into it.
   */
  static List<String> modules() throws IOException {
    List<String> modules =
        MODULE
            .matcher(Files.readString(root().resolve("pom.xml")))
            .results()
            .map(module -> module.group(1))
            .toList();
    if (modules.size() < 4) {
      throw new IllegalStateException("no modules in the pom of " + root());
    }
    return modules;
  }

  /** Production's classes of every module; fixtures may do what they may not. */
  static List<Path> mainClasses() throws IOException {
    return outputs(module -> !module.equals("testkit"));
  }

  /** The classes of every module, those of fixtures that modules share as well. */
  static List<Path> allClasses() throws IOException {
    return outputs(module -> true);
  }

  /** What was built once more for tests has no classes of its own. */
  private static List<Path> outputs(Predicate<String> wanted) throws IOException {
    return modules().stream()
        .filter(module -> wanted.test(module) && !module.startsWith("conformance/"))
        .map(module -> root().resolve(module).resolve("target").resolve("classes"))
        .filter(Files::isDirectory)
        .sorted()
        .toList();
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
