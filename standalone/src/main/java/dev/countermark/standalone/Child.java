package dev.countermark.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

  /**
   * Starts the process, and from then on starts it again whenever it ended, for as long as it
   * takes.
   *
   * @throws IOException when it cannot be started now; it is not tried again
   */
  synchronized void start() throws IOException {
    if (stopping) {
      return;
    }
    launch();
    Thread keeper = new Thread(this::keep, "keeper-" + name);
    keeper.setDaemon(true); // the launcher ends its children itself
    keeper.start();
  }

  private synchronized void launch() throws IOException {
    process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(data.log(name).toFile()))
            .start();
    try {
      data.writePid(name, process.pid());
    } catch (IOException e) { // it runs: a full disk is no reason to have two of it
      report.accept("cannot note the process of " + name + ": " + e.getMessage());
    }
  }

  private void keep() {
    try {
      while (true) {
        Process running = current();
        long began = System.nanoTime();
        int status = running.waitFor();
        Optional<Duration> pause = died(status, Duration.ofNanos(System.nanoTime() - began));
        while (pause.isPresent()) {
          TimeUnit.MILLISECONDS.sleep(pause.get().toMillis());
          pause = again();
        }
        if (isStopping()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized Process current() {
    return process;
  }

  private synchronized boolean isStopping() {
    return stopping;
  }

  /** How long to wait before it is started again; empty when it is not to be. */
  private synchronized Optional<Duration> died(int status, Duration lived) {
    if (stopping) {
      return Optional.empty();
    }
    deaths = lived.compareTo(STABLE) > 0 ? 1 : deaths + 1;
    Duration pause = pauseAfter(deaths);
    report.accept(
        "%s ended with status %d after %d s; starting it again in %d ms (log: %s)"
            .formatted(name, status, lived.toSeconds(), pause.toMillis(), logFile()));
    return Optional.of(pause);
  }

  /** How long to wait before the next try; empty when none is needed. */
  private synchronized Optional<Duration> again() {
    if (stopping) {
      return Optional.empty();
    }
    try {
      launch();
      return Optional.empty();
    } catch (IOException e) {
      deaths++;
      Duration pause = pauseAfter(deaths);
      report.accept(
          "cannot start %s: %s; trying again in %d ms"
              .formatted(name, e.getMessage(), pause.toMillis()));
      return Optional.of(pause);
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
