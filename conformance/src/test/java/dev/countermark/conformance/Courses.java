package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Packages of all formats that are pushed while something happens to the platform, and readers who
 * look at them meanwhile and must never see one that is not signed.
 */
public final class Courses implements AutoCloseable {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicBoolean done = new AtomicBoolean();
  private volatile int pushed;
  private final Patience patience;
  private final List<Course> all;

  /** What a client makes of an answer that is not its package's fault. */
  public enum Patience {
    /** It tries again, as clients do. */
    TRIES_AGAIN,
    /** None is allowed. */
    NONE
  }

  public Courses(Platform platform, Patience patience) {
    this.patience = patience;
    this.all = FormatCase.all().stream().map(format -> new Course(platform, format)).toList();
  }

  /** Packages of one format, and who reads them. */
  private final class Course {
    final Packages packages;
    final List<Integer> accepted = new ArrayList<>();
    private final Future<Integer> read;

    Course(Platform platform, FormatCase format) {
      packages = format.packages(platform, platform.repository(format.label(), format.settings()));
      read = threads.submit(() -> readUntil(packages));
    }

    void push(int from, int to) {
      for (int i = from; i < to; i++) {
        if (patience == Patience.NONE) {
          assertThat(packages.push(i)).as(packages.name(i)).isBetween(200, 299);
        } else {
          pushUntilAccepted(packages, i);
        }
        accepted.add(i);
      }
    }

    void assertAllSignedOnce() {
      for (int number : accepted) {
        await(packages.name(number) + " is signed")
            .atMost(Duration.ofMinutes(4))
            .ignoreExceptionsInstanceOf(UncheckedIOException.class)
            .until(() -> packages.isSigned(number));
        assertThat(packages.verify(number, packages.fetch(number).orElseThrow()))
            .as(packages.name(number))
            .isPresent();
        packages.assertSignedOnce(number);
      }
      packages
          .listed()
          .ifPresent(listed -> assertThat(listed).containsExactlyInAnyOrderElementsOf(accepted));
      assertThat(accepted).hasSize(pushed);
    }

    void assertReadersSawSigned() throws Exception {
      assertThat(read.get()).isPositive();
    }
  }

  /** The packages of all formats from one number up to before another, formats side by side. */
  public void push(int from, int to) {
    pushed = to;
    together(course -> course.push(from, to));
  }

  /** Fails when one is missing, is signed twice, or was ever seen without a signature. */
  public void assertAllSignedOnce() throws Exception {
    all.forEach(Course::assertAllSignedOnce);
    done.set(true);
    for (Course course : all) {
      course.assertReadersSawSigned();
    }
  }

  @Override
  public void close() {
    done.set(true);
    threads.shutdownNow();
  }

  private void together(Consumer<Course> work) {
    CompletableFuture.allOf(
            all.stream()
                .map(course -> CompletableFuture.runAsync(() -> work.accept(course), threads))
                .toArray(CompletableFuture[]::new))
        .join();
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
  private int readUntil(Packages packages) {
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
    return IntStream.range(0, pushed).boxed().toList();
  }
}
