package dev.countermark.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A child process that is kept running: when it dies it is reported and started again, at once at
 * first, then with growing pauses up to five seconds.
 */
final class Child {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration STABLE = Duration.ofSeconds(30);

  private final String name;
  private final List<String> command;
  private final Path directory;
  private final DataDirectory data;
  private final Consumer<String> report;

  private Process process;
  private boolean stopping;
  private int deaths;

  /**
   * @param command no secrets: others can read it
   * @param report gets one line per event worth knowing
   */
  Child(
      String name,
      List<String> command,
      Path directory,
      DataDirectory data,
      Consumer<String> report) {
    this.name = name;
    this.command = List.copyOf(command);
    this.directory = directory;
    this.data = data;
    this.report = report;
  }

  String name() {
    return name;
  }

  synchronized void start() throws IOException {
    if (stopping) {
      return;
    }
    long began = System.nanoTime();
    process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(data.log(name).toFile()))
            .start();
    data.writePid(name, process.pid());
    CompletableFuture<Void> unused =
        process
            .onExit()
            .thenAcceptAsync(
                dead -> died(dead, Duration.ofNanos(System.nanoTime() - began)),
                task -> new Thread(task, "restart-" + name).start())
            .exceptionally(
                e -> {
                  report.accept("cannot start " + name + " again: " + e.getMessage());
                  return null;
                });
  }

  private void died(Process dead, Duration lived) {
    Duration pause;
    synchronized (this) {
      if (stopping) {
        return;
      }
      deaths = lived.compareTo(STABLE) > 0 ? 1 : deaths + 1;
      pause = pauseAfter(deaths);
    }
    report.accept(
        name
            + " ended with status "
            + dead.exitValue()
            + " after "
            + lived.toSeconds()
            + " s; starting it again in "
            + pause.toMillis()
            + " ms (log: "
            + logFile()
            + ")");
    try {
      TimeUnit.MILLISECONDS.sleep(pause.toMillis());
      start();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      report.accept("cannot start " + name + " again: " + e.getMessage());
    }
  }

  static Duration pauseAfter(int deaths) {
    Duration pause = Duration.ofMillis(100L << Math.min(deaths - 1, 10));
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }

  synchronized boolean isAlive() {
    return process != null && process.isAlive();
  }

  synchronized int deaths() {
    return deaths;
  }

  Path logFile() {
    try {
      return data.log(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks the process to end and does not restart it. */
  synchronized void terminate() {
    stopping = true;
    if (process != null) {
      process.destroy();
    }
  }

  /** Waits until the process has ended; kills it when it takes longer than {@code patience}. */
  void awaitEnd(Duration patience) {
    Process ending;
    synchronized (this) {
      ending = process;
    }
    if (ending == null) {
      return;
    }
    try {
      if (!ending.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        report.accept(name + " did not end within " + patience.toSeconds() + " s: killing it");
        ending.destroyForcibly().waitFor();
      }
      data.removePid(name);
    } catch (InterruptedException e) {
      ending.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      report.accept("cannot remove the pid file of " + name + ": " + e.getMessage());
    }
  }
}
