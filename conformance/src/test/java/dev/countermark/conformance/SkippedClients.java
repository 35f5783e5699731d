package dev.countermark.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Which clients were missing, and how many tests were skipped for each: told loudly at the end, by
 * each process that ran tests.
 */
public final class SkippedClients implements LauncherSessionListener {
  private static final Map<String, Integer> SKIPPED = new TreeMap<>();

  public static synchronized void record(String client) {
    SKIPPED.merge(client, 1, Integer::sum);
  }

  @Override
  public void launcherSessionClosed(LauncherSession session) {
    report();
  }

  private static synchronized void report() {
    StringBuilder text = new StringBuilder();
    SKIPPED.forEach(
        (client, tests) ->
            text.append("SKIPPED CLIENT: ")
                .append(client)
                .append(" is not on the PATH; checks not made: ")
                .append(tests)
                .append('\n'));
    try {
      Path report =
          ProjectFiles.root()
              .resolve("conformance/target/skipped-clients")
              .resolve(System.getProperty("conformance.process", "1") + ".txt");
      Files.createDirectories(report.getParent());
      Files.writeString(report, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    System.out.print(text);
  }
}
