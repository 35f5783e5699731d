package dev.countermark.format.nuget;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** The golden packages that lie beside the project, made and signed by the real tools. */
public final class Vectors {
  private Vectors() {}

  /** The bytes of a golden package; ends the test, naming what is missing, where there is none. */
  public static byte[] nuget(String name) throws IOException {
    Optional<byte[]> file = find(name);
    if (file.isEmpty()) {
      System.err.println("SKIPPED: golden package " + name + " is not beside the project");
      Assumptions.abort("golden package " + name + " is not beside the project");
    }
    return file.orElseThrow();
  }

  /** The bytes of a golden package, where there is one. */
  public static Optional<byte[]> find(String name) throws IOException {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      Path file = folder.resolve("shared/vectors/nuget").resolve(name);
      if (Files.exists(file)) {
        return Optional.of(Files.readAllBytes(file));
      }
    }
    return Optional.empty();
  }
}
