package dev.countermark.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The command line tool as a checkout has it that was built. */
public final class CtlTool {
  private CtlTool() {}

  /** Lays it into the reader's home, as if that were the checkout. */
  public static Reader giveTo(Reader reader) {
    Path root = ProjectFiles.root();
    Path home = reader.home().directory();
    try {
      for (String file : new String[] {"countermark-ctl", "pom.xml"}) {
        Files.copy(root.resolve(file), home.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
      }
      for (String sources : new String[] {"contracts", "formats", "ctl/target"}) {
        Files.createDirectories(home.resolve(sources));
      }
      for (String built : new String[] {"ctl/target/countermark-ctl.jar", "ctl/target/lib"}) {
        Files.createSymbolicLink(home.resolve(built), root.resolve(built));
      }
      // What the script leaves behind when it has built: it looks whether anything is newer.
      Files.createFile(home.resolve("ctl/target/built"));
      return reader;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A command with every option that its synopsis has, each once. */
  public static String withEveryOption(String synopsis) {
    return synopsis.replaceAll("\\.\\.\\.|[\\[\\]]", "").replaceAll("\\s+", " ");
  }
}
