package dev.countermark.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A disk of the store's own, in memory, which is made so small for a while that next to nothing is
 * free. Takes root.
 */
final class Disk implements AutoCloseable {
  private static final long SIZE = 2L << 30;
  private static final int PATIENCE_SECONDS = 20;

  /** Less than what the embedded store keeps free of records, and of content. */
  private static final long LITTLE = 64L << 20;

  private final Path folder;

  private Disk(Path folder) {
    this.folder = folder;
  }

  /** Mounts it; empty where that is not allowed. */
  static Optional<Disk> mount(Path folder) throws IOException {
    Files.createDirectories(folder);
    return runs("mount", "-t", "tmpfs", "-o", "mode=700,size=" + SIZE, "tmpfs", folder.toString())
        ? Optional.of(new Disk(folder))
        : Optional.empty();
  }

  /**
   * Leaves next to nothing free.
   *
   * @return whether it could
   */
  boolean fill() {
    long used = folder.toFile().getTotalSpace() - folder.toFile().getUsableSpace();
    return resize(used + LITTLE);
  }

  void empty() {
    resize(SIZE);
  }

  private boolean resize(long size) {
    return runs("mount", "-o", "remount,size=" + size, folder.toString());
  }

  private static boolean runs(String... command) {
    try {
      Process process =
          new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // no such program
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    runs("umount", "--lazy", folder.toString());
  }
}
