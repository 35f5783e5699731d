package dev.countermark.testkit.servers;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** One JVM that prints a line with {@code ready} when it is, and ends with this one. */
final class ServerProcess {
  private final String name;
  private final List<String> command;
  private final Path log;
  private Process process;

  /**
   * @param module folder below {@code standalone/}
   * @param log where the process's errors go
   */
  ServerProcess(String module, String mainClass, Path log, String... arguments) {
    this.name = module;
    this.log = log;
    Path target = root().resolve("standalone").resolve(module).resolve("target");
    command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx384m",
            "-XX:+UseSerialGC",
            "-cp",
            String.join(
                File.pathSeparator,
                root().resolve("standalone/parent-watch/target/parent-watch.jar").toString(),
                jar(target).toString(),
                target.resolve("lib") + "/*"),
            "dev.countermark.standalone.parentwatch.ParentWatch",
            mainClass));
    command.addAll(List.of(arguments));
  }

  /** The top folder of the checkout, from whichever module the test runs in. */
  private static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("standalone/broker"))) {
      at = at.getParent();
      if (at == null) {
        throw new IllegalStateException("run the tests from inside the checkout");
      }
    }
    return at;
  }

  private static Path jar(Path target) {
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "*-server-*.jar")) {
      for (Path jar : jars) {
        return jar;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException("no server jar in " + target + ": run 'mvn package' first");
  }

  /** Starts it and returns when it is ready. */
  synchronized void start() {
    try {
      process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      BufferedReader out = process.inputReader();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.toLowerCase(Locale.ROOT).contains("ready")) {
          Thread drain = new Thread(() -> out.lines().forEach(l -> {}), name + "-output");
          drain.setDaemon(true);
          drain.start();
          return;
        }
      }
      throw new IllegalStateException(
          name + " did not start:\n" + Files.readString(log).lines().limit(40).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGKILL. */
  synchronized void kill() {
    end(process::destroyForcibly);
  }

  /** SIGTERM. */
  synchronized void stop() {
    end(
        () -> {
          process.destroy();
          return process;
        });
  }

  private interface Ending {
    Process end();
  }

  private void end(Ending ending) {
    if (process == null) {
      return;
    }
    try {
      if (!ending.end().waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path temporaryDirectory(String name) {
    try {
      Path directory = Files.createTempDirectory("countermark-" + name + "-");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteAll(directory)));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteAll(Path directory) {
    try (var files = Files.walk(directory)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(ServerProcess::deleteQuietly);
    } catch (IOException | UncheckedIOException e) {
      // a temporary directory that stays is the system's to clean
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // as above
    }
  }
}
