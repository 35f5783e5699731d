package dev.countermark.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end and keeps what it wrote. */
public final class Command {
  private Command() {}

  /**
   * @param output standard output and standard error, as they came
   */
  public record Result(List<String> command, int exitCode, String output) {
    /** This result, or an {@link AssertionError} that shows the output. */
    public Result succeeded() {
      if (exitCode != 0) {
        throw new AssertionError(toString());
      }
      return this;
    }

    @Override
    public String toString() {
      return String.join(" ", command) + "\nexit " + exitCode + "\n" + output;
    }
  }

  /**
   * @param environment added to this process's own
   * @throws AssertionError when it takes longer than {@code limit}; it is killed then
   */
  public static Result run(
      Path directory, Map<String, String> environment, Duration limit, List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> drain(process));
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError(
            "no end after " + limit + ": " + String.join(" ", command) + "\n" + output.join());
      }
      // A daemon that the program started may still hold the pipe: its output is not waited for.
      String text = output.completeOnTimeout("", 10, TimeUnit.SECONDS).join();
      return new Result(command, process.exitValue(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static String drain(Process process) {
    try (InputStream in = process.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "(output lost: " + e.getMessage() + ")";
    }
  }
}
