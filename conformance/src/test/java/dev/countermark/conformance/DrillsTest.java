package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What operators do with the keys of a whole repository: a rotation that nobody notices, and a key
 * that got lost. Looked at by our own verifier and, where it is installed, by the format's client.
 */
@ExtendWith(PlatformExtension.class)
class DrillsTest {
  private static final int PACKAGES = 8;
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private Platform platform;

  static Stream<FormatCase> formats() {
    return FormatCase.all().stream();
  }

  @BeforeEach
  void use(Platform running) {
    running.requireData();
    platform = running;
  }

  /** A repository whose packages are all signed by one key. */
  private final class Course {
    final FormatCase format;
    final Platform.Repository repository;
    final Packages packages;

    Course(FormatCase format) {
      this.format = format;
      repository = platform.repository(format.label(), format.settings());
      packages = format.packages(platform, repository);
      for (int i = 0; i < PACKAGES; i++) {
        assertThat(packages.push(i)).isLessThan(300);
      }
      for (int i = 0; i < PACKAGES; i++) {
        int number = i;
        await(packages.name(i) + " is signed").atMost(LIMIT).until(() -> packages.isSigned(number));
      }
    }

    Optional<String> signer(int number) {
      return packages.verify(number, packages.fetch(number).orElseThrow());
    }

    List<Optional<String>> signers() {
      List<Optional<String>> all = new ArrayList<>();
      for (int i = 0; i < PACKAGES; i++) {
        all.add(signer(i));
      }
      return all;
    }

    Optional<Consumer> consumer() {
      return format.consumer(platform, repository);
    }

    /** One campaign, and what is signed by another key than before when it has ended. */
    void signAnew(String before) {
      Resync.of(platform, repository.path(), format.renewal());
      // What is published of keys may be some seconds old.
      await("all are signed by another key")
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(signers())
                      .allSatisfy(s -> assertThat(s).isPresent().get().isNotEqualTo(before)));
    }
  }

  private static void assertTakes(Consumer consumer, int number) {
    Command.Result result = consumer.take(number);
    assertThat(result.exitCode()).as(result::toString).isZero();
  }

  /** Looks at everything again and again until it is told to stop. */
  private static final class Readers implements AutoCloseable {
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();
    private final List<CompletableFuture<Void>> running = new ArrayList<>();
    private final boolean takes;

    Readers(Course course, Optional<Consumer> consumer) {
      running.add(
          CompletableFuture.runAsync(
              () -> {
                while (!ended.get()) {
                  assertThat(course.signers()).allSatisfy(s -> assertThat(s).isPresent());
                  looks.incrementAndGet();
                }
              }));
      takes = consumer.isPresent();
      consumer.ifPresent(c -> running.add(CompletableFuture.runAsync(() -> takeOn(c))));
    }

    private void takeOn(Consumer consumer) {
      while (!ended.get()) {
        assertTakes(consumer, taken.get() % PACKAGES);
        taken.incrementAndGet();
      }
    }

    /** Waits until everybody began and ended a look, or failed. */
    void look() {
      int looked = looks.get() + 1;
      int took = taken.get() + 1;
      await("everybody looks")
          .atMost(LIMIT)
          .until(
              () ->
                  looks.get() > looked && (!takes || taken.get() > took)
                      || running.stream().anyMatch(CompletableFuture::isDone));
    }

    @Override
    public void close() {
      ended.set(true);
      running.forEach(CompletableFuture::join);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("formats")
  void nobodyNoticesARotation(FormatCase format) {
    Course course = new Course(format);
    String first = course.signer(0).orElseThrow();

    try (Readers readers = new Readers(course, course.consumer())) {
      readers.look();
      platform.rotateImmediately(course.repository.path(), format.label());
      readers.look();
      course.signAnew(first);
      readers.look();
    }

    course.consumer().ifPresent(newcomer -> assertTakes(newcomer, PACKAGES - 1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("formats")
  void whatALostKeySignedIsSignedAnewAndRefusedFromThenOn(FormatCase format) {
    Course course = new Course(format);
    String lost = course.signer(0).orElseThrow();
    Map<String, byte[]> old = course.packages.fetch(0).orElseThrow();
    long began = System.nanoTime();

    platform.rotateImmediately(course.repository.path(), format.label());
    platform.revoke(course.repository.path(), format.label(), 1);
    course.signAnew(lost);
    System.out.printf(
        "drill: %s, %d packages signed anew %d ms after the key was lost%n",
        format.label(), PACKAGES, (System.nanoTime() - began) / 1_000_000);
    course.consumer().ifPresent(consumer -> assertTakes(consumer, 0));
    if (format.knowsRevocations()) {
      await("what it signed is refused")
          .atMost(LIMIT)
          .until(() -> course.packages.verify(0, old).isEmpty());
    }
  }
}
