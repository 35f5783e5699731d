package dev.countermark.format.nupkg;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The golden packages that lie beside the project, made and signed by the real tools. */
public final class Vectors {
  private Vectors() {}

  /** The bytes of a golden package; ends the test, naming what is missing, where there is none. */
  public static byte[] nuget(String name) throws IOException {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      Path file = folder.resolve("shared/vectors/nuget").resolve(name);
      if (Files.exists(file)) {
        return Files.readAllBytes(file);
      }
    }
    System.err.println("SKIPPED: golden package " + name + " is not beside the project");
    return Assumptions.abort("golden package " + name + " is not beside the project");
  }
}
