package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is promised of every format, from push to deletion, without any external client. */
@TestInstance(Lifecycle.PER_CLASS)
public abstract class FormatContract {
  private static final Duration SIGNED_LIMIT = Duration.ofSeconds(90);

  private final List<FormatCase> cases;
  private Platform platform;

  /**
   * @param cases the formats that are tried
   */
  protected FormatContract(List<FormatCase> cases) {
    this.cases = List.copyOf(cases);
  }

  /** Says which platform; before any test. */
  protected final void use(Platform platform) {
    this.platform = platform;
  }

  private Stream<Arguments> formats() {
    return cases.stream().map(format -> Arguments.of(format.label(), format));
  }

  private Packages open(FormatCase format) {
    return format.packages(platform, platform.repository(format.label(), format.settings()));
  }

  static void assertAccepted(int status) {
    assertThat(status).isBetween(200, 299);
  }

  static void awaitSigned(Packages packages, int number) {
    await(packages.name(number) + " is signed")
        .atMost(SIGNED_LIMIT)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .until(() -> packages.isSigned(number));
  }

  static Map<String, byte[]> pushed(Packages packages, int number) {
    assertAccepted(packages.push(number));
    awaitSigned(packages, number);
    return packages.fetch(number).orElseThrow();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("formats")
  void whatIsPushedIsSignedAndWhatIsAlteredIsRefused(String label, FormatCase format) {
    Packages packages = open(format);

    Map<String, byte[]> files = pushed(packages, 1);

    assertThat(packages.verify(1, files)).isPresent();
    packages.assertSignedOnce(1);
    assertThat(packages.altered(files)).isNotEmpty();
    for (Map<String, byte[]> altered : packages.altered(files)) {
      assertThat(packages.verify(1, altered)).isEmpty();
    }
    packages.listed().ifPresent(listed -> assertThat(listed).containsExactly(1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("formats")
  void signingIsMeasured(String label, FormatCase format) {
    platform.requireData();
    pushed(open(format), 1);

    String measured =
        String.format("countermark_signing_lag_seconds_count{format=\"%s\",lane=\"upload\"", label);
    await(measured)
        .atMost(SIGNED_LIMIT)
        .until(() -> platform.metrics(Platform.SIGNER).contains(measured));
  }

  /** Signatures are bound to their package. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("formats")
  void onePackageDoesNotPassForAnother(String label, FormatCase format) {
    Packages packages = open(format);
    Map<String, byte[]> first = pushed(packages, 1);
    pushed(packages, 2);

    assertThat(packages.verify(2, first)).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("formats")
  void aResyncChangesNothing(String label, FormatCase format) {
    Platform.Repository repository = platform.repository(label, format.settings());
    Packages packages = format.packages(platform, repository);
    Map<String, byte[]> before = pushed(packages, 1);

    Resync.of(platform, repository.path(), "{}");
    pushed(packages, 2);

    assertThat(packages.fetch(1).orElseThrow()).containsExactlyInAnyOrderEntriesOf(before);
    packages.assertSignedOnce(1);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("formats")
  void aResyncAfterARotationSignsWithTheNewKey(String label, FormatCase format) {
    platform.requireData();
    Platform.Repository repository = platform.repository(label, format.settings());
    Packages packages = format.packages(platform, repository);
    String first = packages.verify(1, pushed(packages, 1)).orElseThrow();

    platform.rotateImmediately(repository.path(), label);
    assertThat(packages.verify(1, packages.fetch(1).orElseThrow())).isPresent();
    Resync.of(platform, repository.path(), format.renewal());

    await(packages.name(1) + " is signed with the new key")
        .atMost(SIGNED_LIMIT)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                packages
                    .verify(1, packages.fetch(1).orElseThrow())
                    .filter(fingerprint -> !fingerprint.equals(first))
                    .isPresent());
    assertThat(packages.verify(2, pushed(packages, 2)).orElseThrow()).isNotEqualTo(first);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("formats")
  void whatIsNotThereIsNotFound(String label, FormatCase format) {
    Platform.Repository repository = platform.repository(label, format.settings());
    Packages packages = format.packages(platform, repository);
    Packages nowhere =
        format.packages(
            platform, platform.asSeenWith(repository.path() + "-not", platform.adminToken()));

    assertThat(packages.read(1)).isEqualTo(404);
    assertThat(packages.fetch(1)).isEmpty();
    assertThat(packages.listed().orElse(List.of())).isEmpty();
    assertThat(nowhere.read(1)).isEqualTo(404);
    assertThat(nowhere.listed().orElse(List.of())).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("formats")
  void aWrongTokenIsRefused(String label, FormatCase format) {
    Platform.Repository repository = platform.repository(label, format.settings());
    format.packages(platform, repository).push(1);
    String wrong = repository.token().substring(0, repository.token().length() - 1) + "!";
    Packages stranger = format.packages(platform, platform.asSeenWith(repository.path(), wrong));
    Packages neighbour =
        format.packages(
            platform,
            platform.asSeenWith(
                repository.path(), platform.repository(label, format.settings()).token()));

    assertThat(stranger.push(2)).isIn(401, 403);
    assertThat(neighbour.push(2)).isIn(401, 403);
    assertThat(stranger.read(1)).isEqualTo(401);
    assertThat(format.packages(platform, repository).read(2)).isEqualTo(404);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("formats")
  void whatIsDeletedIsGone(String label, FormatCase format) {
    Platform.Repository repository = platform.repository(label, format.settings());
    Packages packages = format.packages(platform, repository);
    pushed(packages, 1);
    pushed(packages, 2);

    packages
        .delete(1)
        .ifPresent(
            status -> {
              assertAccepted(status);
              assertThat(packages.read(1)).isEqualTo(404);
              assertThat(packages.fetch(2)).isPresent();
            });
    deleteRepository(repository);

    Packages deleted =
        format.packages(platform, platform.asSeenWith(repository.path(), platform.adminToken()));
    assertThat(deleted.read(2)).isEqualTo(404);
    assertThat(deleted.listed().orElse(List.of())).isEmpty();
  }

  /** Nothing that was remembered of the one before may be in its way: the bytes are the same. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("formats")
  void whatIsPushedAgainWhereARepositoryWasMadeAgainVerifies(String label, FormatCase format) {
    Platform.Repository repository = platform.repository(label, format.settings());
    Packages packages = format.packages(platform, repository);
    pushed(packages, 1);
    pushed(packages, 2);
    deleteRepository(repository);

    Packages again =
        format.packages(platform, platform.repository(repository.path(), label, format.settings()));
    Map<String, byte[]> files = pushed(again, 1);

    assertThat(again.verify(1, files)).isPresent();
    again.assertSignedOnce(1);
    assertThat(again.read(2)).isEqualTo(404);
    again.listed().ifPresent(listed -> assertThat(listed).containsExactly(1));
  }

  private void deleteRepository(Platform.Repository repository) {
    assertThat(
            platform.call("DELETE", "/api/v1/repositories/" + repository.path(), null).statusCode())
        .isEqualTo(204);
  }

  @Test
  void aKilledSignerSignsWhatWasPushedMeanwhile() {
    platform.requireData();
    List<Packages> all = cases.stream().map(this::open).toList();
    all.forEach(packages -> pushed(packages, 1));

    platform.kill(Platform.SIGNER);

    for (int number : List.of(2, 3)) {
      for (Packages packages : all) {
        assertThat(packages.verify(number, pushed(packages, number))).isPresent();
        packages.assertSignedOnce(number);
      }
    }
  }
}
