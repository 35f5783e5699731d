package dev.countermark.conformance.hostile;

import dev.countermark.conformance.ProjectFiles;
import dev.countermark.conformance.hostile.Lags.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** A table of what others felt of each attack; {@code ./run hostile} shows it. */
final class Figures {
  private static final String TITLE =
      "others' 99th percentile, ms, beside               idle  beside  nothing  /v2/   push   pull"
          + "  rounds  heap MiB    processes\n";

  private static final Path FILE =
      ProjectFiles.root()
          .resolve("conformance/target/hostile")
          .resolve(System.getProperty("conformance.process", "1") + ".txt");

  private Figures() {}

  /**
   * @param what was done
   */
  static synchronized void add(String what, Lags idle, Lags beside, LivingGateway gateway) {
    String line =
        String.format(
            Locale.ROOT,
            "%-48s %5.0f  %6.0f  %7.0f  %4.0f  %5.0f  %5.0f  %6d  %3d of %3d  %s%n",
            what,
            idle.p99Millis(),
            beside.p99Millis(),
            beside.p99Millis(Kind.REFERENCE),
            beside.p99Millis(Kind.PING),
            beside.p99Millis(Kind.PUSH),
            beside.p99Millis(Kind.PULL),
            beside.rounds(),
            gateway.heapUsed() >> 20,
            gateway.heapMost() >> 20,
            gateway.processes());
    System.out.print("hostile: " + line);
    try {
      Files.createDirectories(FILE.getParent());
      if (!Files.exists(FILE)) {
        Files.writeString(FILE, TITLE);
      }
      Files.writeString(FILE, line, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
