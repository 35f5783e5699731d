package dev.countermark.standalone;

import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildTest {
  @TempDir Path directory;

  private final List<String> told = new CopyOnWriteArrayList<>();
  private DataDirectory data;
  private Child child;

  /** Ends at once, until there is a file called {@code go}. */
  @BeforeEach
  void start() throws Exception {
    data = DataDirectory.open(directory.resolve("data"));
    child =
        new Child(
            "part",
            List.of("sh", "-c", "test -e go && exec sleep 600 || exit 3"),
            data.root(),
            data,
            told::add);
    child.start();
  }

  @AfterEach
  void stop() {
    child.terminate();
    child.awaitEnd(Duration.ofSeconds(5));
  }

  private void awaitTold(String what) {
    await().until(() -> told.stream().anyMatch(line -> line.contains(what)));
  }

  private void runsInTheEnd() throws Exception {
    Files.createFile(data.root().resolve("go"));
    await()
        .atMost(Duration.ofMinutes(1))
        .during(Duration.ofMillis(300))
        .until(() -> child.isAlive());
  }

  @Test
  void isStartedAgainWhenItEnded() throws Exception {
    awaitTold("part ended with status 3");
    runsInTheEnd();
  }

  /** As while the disk is full: nothing can be written, for as long as it takes. */
  @Test
  void isStartedAgainHoweverOftenThatFails() throws Exception {
    awaitTold("part ended");
    Path log = data.log("part");
    await()
        .untilAsserted(
            () -> {
              Files.deleteIfExists(log);
              Files.createDirectory(log);
            });
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> told.stream().filter(line -> line.contains("cannot start part")).count() > 2);
    Files.delete(log);
    runsInTheEnd();
  }

  @Test
  void runsOnceThoughItsProcessCannotBeNoted() throws Exception {
    awaitTold("part ended");
    Path run = data.root().resolve("run");
    await()
        .untilAsserted(
            () -> {
              Files.deleteIfExists(run.resolve("part.pid"));
              Files.deleteIfExists(run.resolve("part.pid.new"));
              Files.deleteIfExists(run);
              Files.createFile(run);
            });
    awaitTold("cannot note the process of part");
    runsInTheEnd();
  }
}
