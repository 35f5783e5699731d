package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A repository of one format, into which numbered packages are pushed while a platform has
 * troubles: whoever is not answered tries again.
 */
record Course(FormatCase format, Platform.Repository repository, Packages packages) {
  private static final Duration LIMIT = Duration.ofMinutes(8);

  /** Of a new repository. */
  static Course of(Platform platform, FormatCase format) {
    Platform.Repository repository = platform.repository(format.label(), format.settings());
    return new Course(format, repository, format.packages(platform, repository));
  }

  /** One of each format. */
  static List<Course> all(Platform platform) {
    return FormatCase.all().stream().map(format -> of(platform, format)).toList();
  }

  void push(int from, int to) {
    for (int number = from; number < to; number++) {
      int pushed = number;
      await(format.label() + " takes package " + number)
          .atMost(LIMIT)
          .ignoreExceptionsInstanceOf(UncheckedIOException.class)
          .until(() -> packages.push(pushed) < 300);
    }
  }

  void awaitSigned(int to) {
    for (int number = 0; number < to; number++) {
      int pushed = number;
      await(packages.name(number) + " is signed")
          .atMost(LIMIT)
          .ignoreExceptionsInstanceOf(UncheckedIOException.class)
          .until(() -> packages.isSigned(pushed));
    }
  }

  /** Fingerprint of the key that signed it, which everybody accepts. */
  String signer(int number) {
    return packages.verify(number, packages.fetch(number).orElseThrow()).orElseThrow();
  }

  void assertAllThere(int to) {
    for (int number = 0; number < to; number++) {
      assertThat(packages.verify(number, packages.fetch(number).orElseThrow()))
          .as(packages.name(number))
          .isPresent();
    }
    List<Integer> all = IntStream.range(0, to).boxed().toList();
    packages
        .listed()
        .ifPresent(listed -> assertThat(listed).containsExactlyInAnyOrderElementsOf(all));
  }

  void assertSignedOnce(int from, int to) {
    for (int number = from; number < to; number++) {
      packages.assertSignedOnce(number);
    }
  }
}
