package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.conformance.Platform.Repository;
import dev.countermark.testkit.registry.RegistryClient.UnexpectedAnswerException;
import dev.countermark.testkit.registry.SampleImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Parts of the platform are killed (SIGKILL) while images are pushed: every push that was answered
 * 201 ends signed, none twice. The long form: {@code mvn verify -pl conformance -Dtest=ChaosTest
 * -Dchaos.pushes=200}; another course of events: {@code -Dchaos.seed=N}.
 */
class ChaosTest {
  private static final List<String> PARTS =
      List.of("signer-oci", "key-service", "upload-gateway", "broker");
  private static final int PUSHES_PER_KILL = 5;
  private static final int LONGEST_DELAY_MILLIS = 200;

  private final int pushes = Integer.getInteger("chaos.pushes", 20);
  private final long seed = Long.getLong("chaos.seed", 4);
  private final Random random = new Random(seed);

  @Test
  void everyAcceptedPushEndsSignedOnce() throws Exception {
    ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor();
    try (Platform platform = Platform.start()) {
      Repository repository = platform.repository();
      List<String> accepted = new ArrayList<>();
      List<String> victims = List.of();
      for (int round = 0; round * PUSHES_PER_KILL < pushes; round++) {
        if (round % PARTS.size() == 0) {
          victims = new ArrayList<>(PARTS);
          Collections.shuffle(victims, random);
        }
        Path pidFile = pidFile(platform, victims.get(round % PARTS.size()));
        long before = pid(pidFile).orElseThrow();
        Future<?> kill =
            killer.schedule(
                () -> ProcessHandle.of(before).ifPresent(ProcessHandle::destroyForcibly),
                random.nextInt(LONGEST_DELAY_MILLIS),
                TimeUnit.MILLISECONDS);
        int last = Math.min(pushes, (round + 1) * PUSHES_PER_KILL);
        for (int i = round * PUSHES_PER_KILL; i < last; i++) {
          accepted.add(pushUntilAccepted(repository, i));
        }
        kill.get();
        await("%s runs again (seed %d)".formatted(pidFile.getFileName(), seed))
            .atMost(Duration.ofSeconds(60))
            .until(() -> pid(pidFile).filter(now -> now != before).isPresent());
      }

      for (String digest : accepted) {
        await("%s is signed (seed %d)".formatted(digest, seed))
            .atMost(Duration.ofMinutes(4))
            .ignoreExceptionsInstanceOf(UncheckedIOException.class)
            .until(() -> repository.status("app", digest).path("status").asText().equals("signed"));
        Images.assertSignedOnce(platform, repository, "app", digest);
      }
      assertThat(accepted).hasSize(pushes).doesNotHaveDuplicates();
      Images.assertSigned(platform, repository, "app", accepted.get(pushes - 1));
    } finally {
      killer.shutdownNow();
    }
  }

  /** Pushes like a client that tries again; returns the digest once the answer was 201. */
  private static String pushUntilAccepted(Repository repository, int number) {
    SampleImage image = SampleImage.oci(1000 + number);
    await("push " + number + " is accepted")
        .atMost(Duration.ofMinutes(3))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              try {
                repository.registry().push(repository.name("app"), "push-" + number, image);
                return true;
              } catch (UncheckedIOException e) {
                return false; // the gateway is down
              } catch (UnexpectedAnswerException e) {
                // Only "not now" may be the answer to a right push.
                assertThat(e.status()).as(e.getMessage()).isGreaterThanOrEqualTo(500);
                return false;
              }
            });
    return image.digest();
  }

  private static Path pidFile(Platform platform, String part) {
    return platform.data().orElseThrow().resolve("run").resolve(part + ".pid");
  }

  private static Optional<Long> pid(Path file) {
    try {
      return Optional.of(Long.parseLong(Files.readString(file).strip()));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty(); // just being written
    }
  }
}
