package dev.countermark.conformance;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Kills parts of a platform (SIGKILL), one after the other, while something else goes on. */
public final class PartKiller implements AutoCloseable {
  private static final int LONGEST_DELAY_MILLIS = 200;

  private final ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor();
  private final Platform platform;
  private final List<String> parts;
  private final Random random;
  private final List<String> next = new ArrayList<>();

  /**
   * @param parts each is killed once before any is killed again
   */
  public PartKiller(Platform platform, List<String> parts, Random random) {
    this.platform = platform;
    this.parts = parts;
    this.random = random;
  }

  /** Kills one part at some moment while {@code work} runs; returns when it runs again. */
  public void killOneDuring(Runnable work) throws ExecutionException, InterruptedException {
    if (next.isEmpty()) {
      next.addAll(parts);
      Collections.shuffle(next, random);
    }
    Path pidFile = platform.data().orElseThrow().resolve("run").resolve(next.remove(0) + ".pid");
    long before = pid(pidFile).orElseThrow();
    Future<?> kill =
        killer.schedule(
            () -> ProcessHandle.of(before).ifPresent(ProcessHandle::destroyForcibly),
            random.nextInt(LONGEST_DELAY_MILLIS),
            TimeUnit.MILLISECONDS);
    work.run();
    kill.get();
    await(pidFile.getFileName() + " runs again")
        .atMost(Duration.ofSeconds(60))
        .until(() -> pid(pidFile).filter(now -> now != before).isPresent());
  }

  private static Optional<Long> pid(Path file) {
    try {
      return Optional.of(Long.parseLong(Files.readString(file).strip()));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty(); // just being written
    }
  }

  @Override
  public void close() {
    killer.shutdownNow();
  }
}
