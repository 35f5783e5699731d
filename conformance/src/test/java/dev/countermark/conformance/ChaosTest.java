package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Parts of the platform are killed (SIGKILL) while packages are pushed: every push that was
 * answered 2xx ends signed, none twice, and nobody who reads meanwhile ever sees one that is not
 * signed. The long form: {@code -Dtest=ChaosTest -Dchaos.pushes=200}; another course of events:
 * {@code -Dchaos.seed=N}.
 */
class ChaosTest {
  private static final int PUSHES_PER_KILL = 5;

  private final int pushes = Integer.getInteger("chaos.pushes", 20);
  private final long seed = Long.getLong("chaos.seed", 4);
  private final Random random = new Random(seed);

  private static Stream<Arguments> formats() {
    return FormatCase.all().stream().map(format -> Arguments.of(format.label(), format));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("formats")
  void everyAcceptedPushEndsSignedAndNothingUnsignedIsSeen(String label, FormatCase format)
      throws Exception {
    ExecutorService reader = Executors.newSingleThreadExecutor();
    AtomicBoolean done = new AtomicBoolean();
    try (Platform platform = Platform.start();
        PartKiller killer =
            new PartKiller(
                platform,
                List.of(Platform.SIGNER, "key-service", "upload-gateway", "broker"),
                random)) {
      Packages packages = format.packages(platform, platform.repository(label, format.settings()));
      Future<Integer> read = reader.submit(() -> readUntil(done, packages));
      List<Integer> accepted = new ArrayList<>();
      for (int first = 0; first < pushes; first += PUSHES_PER_KILL) {
        int from = first;
        killer.killOneDuring(
            () -> {
              for (int i = from; i < Math.min(pushes, from + PUSHES_PER_KILL); i++) {
                pushUntilAccepted(packages, i);
                accepted.add(i);
              }
            });
      }
      for (int number : accepted) {
        await(packages.name(number) + " is signed (seed " + seed + ")")
            .atMost(Duration.ofMinutes(4))
            .ignoreExceptionsInstanceOf(UncheckedIOException.class)
            .until(() -> packages.isSigned(number));
        assertThat(packages.verify(number, packages.fetch(number).orElseThrow()))
            .as(packages.name(number))
            .isPresent();
        packages.assertSignedOnce(number);
      }
      done.set(true);
      assertThat(read.get()).isPositive();
      packages
          .listed()
          .ifPresent(listed -> assertThat(listed).containsExactlyInAnyOrderElementsOf(accepted));
      assertThat(accepted).hasSize(pushes);
    } finally {
      done.set(true);
      reader.shutdownNow();
    }
  }

  /** Tries again, as a client does; one whose answer was lost may find its package there. */
  private static void pushUntilAccepted(Packages packages, int number) {
    boolean[] lost = new boolean[1];
    await("push " + number + " is accepted")
        .atMost(Duration.ofMinutes(3))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              int status;
              try {
                status = packages.push(number);
              } catch (UncheckedIOException e) {
                lost[0] = true; // the gateway is down
                return false;
              }
              if (status >= 500) {
                lost[0] = true;
                return false;
              }
              // Only "not now" may be the answer to a right push.
              assertThat(status == 409 ? lost[0] : status / 100 == 2)
                  .as("push %d was answered %d", number, status)
                  .isTrue();
              return true;
            });
  }

  /** How often a package was seen; each time it was signed. */
  private int readUntil(AtomicBoolean done, Packages packages) {
    int seen = 0;
    while (!done.get()) {
      try {
        for (int number : packages.listed().orElseGet(this::everyNumber)) {
          Optional<Map<String, byte[]>> files = packages.fetch(number);
          assertThat(
                  files.isPresent() || packages.listed().isEmpty() || !packages.listsSignedOnly())
              .as("%d is listed and there", number)
              .isTrue();
          if (files.isPresent()) {
            assertThat(packages.verify(number, files.get())).as(packages.name(number)).isPresent();
            seen++;
          }
        }
        LockSupport.parkNanos(100_000_000); // pushes, too, are to get on
      } catch (UncheckedIOException e) {
        LockSupport.parkNanos(20_000_000); // a part is down
      }
    }
    return seen;
  }

  private List<Integer> everyNumber() {
    return IntStream.range(0, pushes).boxed().toList();
  }
}
