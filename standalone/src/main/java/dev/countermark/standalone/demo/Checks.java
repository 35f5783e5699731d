package dev.countermark.standalone.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Takes down what was seen, and prints it as a table. */
public final class Checks implements AutoCloseable {
  private record Row(String what, String by, boolean passed, String note) {}

  private final PrintStream out;
  private final Function<String, Optional<Path>> client;
  private final List<Row> rows = new ArrayList<>();
  private final List<Path> folders = new ArrayList<>();

  /**
   * @param client where a program is
   */
  Checks(PrintStream out, Function<String, Optional<Path>> client) {
    this.out = out;
    this.client = client;
  }

  /** A released client that shall look at the samples, too; empty when it is not installed. */
  public Optional<Path> client(String program) {
    return client.apply(program);
  }

  /** A folder for what a client needs and leaves; gone at the end. */
  public Path folder() throws IOException {
    Path folder = Files.createTempDirectory("countermark-demo-");
    folders.add(folder);
    return folder;
  }

  /** Tells whoever watches what is going on. */
  public void say(String line) {
    out.println("countermark: " + line);
  }

  /**
   * @param by who says so: a verifier or a client
   */
  public void check(String what, String by, boolean passed) {
    row(what, by, passed, "");
  }

  /** A sample was signed, so many milliseconds after something. */
  public void signed(String what, long millis, String after) {
    row(what + " signed", "gateway", true, millis + " ms after " + after);
  }

  private void row(String what, String by, boolean passed, String note) {
    rows.add(new Row(what, by, passed, note));
  }

  int count() {
    return rows.size();
  }

  long failed() {
    return rows.stream().filter(r -> !r.passed()).count();
  }

  @Override
  public void close() {
    for (Path folder : folders) {
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      } catch (IOException e) {
        // A client of which a part goes on still writes there, and what stays is temporary.
      }
    }
  }

  void print() {
    int what = rows.stream().mapToInt(r -> r.what().length()).max().orElse(0);
    int by = rows.stream().mapToInt(r -> r.by().length()).max().orElse(0);
    String line = "%-4s  %-" + what + "s  %-" + by + "s  %s%n";
    out.println();
    for (Row row : rows) {
      out.printf(line, row.passed() ? "ok" : "FAIL", row.what(), row.by(), row.note());
    }
    out.println();
  }
}
