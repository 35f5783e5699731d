package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Events.PackageRefused;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeEventsTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final String DIGEST = "sha256:" + "ab".repeat(32);
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
  private static final PackageRequest REQUEST =
      new PackageRequest(new EchoFormat(), Lane.UPLOAD, REPOSITORY, "file", DIGEST, NOW);
  private static final SignedArtifact SIGNED = signed(DIGEST, 1, "sha256:" + "cd".repeat(32));

  private final OutcomeEvents events = new OutcomeEvents(Clock.fixed(NOW, ZoneOffset.UTC));

  private static SignedArtifact signed(String digest, int version, String artifact) {
    return new SignedArtifact(
        REPOSITORY,
        "file",
        digest,
        version,
        "ef".repeat(32),
        NOW,
        NOW.plusMillis(40),
        List.of(artifact));
  }

  @Test
  void tellsWhatIsInPlace() {
    var told = events.of(REQUEST, new SigningOutcome.Signed<>(SIGNED, List.of()));

    assertThat(told).hasSize(1);
    assertThat(told.get(0).key()).isEqualTo("echo/acme/app/file");
    assertThat(told.get(0).event().type()).isEqualTo(PackageSigned.TYPE);
    assertThat(told.get(0).event().dataAs(PackageSigned.class))
        .isEqualTo(
            new PackageSigned(
                REPOSITORY,
                "file",
                DIGEST,
                1,
                "ef".repeat(32),
                NOW,
                NOW.plusMillis(40),
                List.of("sha256:" + "cd".repeat(32)),
                true));
  }

  @Test
  void givesADuplicateTheSameIdAndTime() {
    var first = events.of(REQUEST, new SigningOutcome.Signed<>(SIGNED, List.of())).get(0).event();
    var later = new OutcomeEvents(Clock.offset(Clock.systemUTC(), Duration.ofDays(1)));
    var second =
        later.of(REQUEST, new SigningOutcome.AlreadySigned<>(SIGNED, List.of())).get(0).event();

    assertThat(second.id()).isEqualTo(first.id());
    assertThat(second.time()).isEqualTo(first.time());
    assertThat(second.dataAs(PackageSigned.class).changed()).isFalse();
  }

  @Test
  void givesAnotherFactAnotherId() {
    var ids =
        List.of(
                SIGNED,
                signed(DIGEST, 2, "sha256:" + "cd".repeat(32)),
                signed(DIGEST, 1, "sha256:" + "ce".repeat(32)),
                signed("sha256:" + "00".repeat(32), 1, "sha256:" + "cd".repeat(32)))
            .stream()
            .map(s -> events.of(REQUEST, new SigningOutcome.Signed<>(s, List.of())))
            .map(told -> told.get(0).event().id());

    assertThat(ids).doesNotHaveDuplicates();
  }

  /** The same file, refused or signed by its author alone, is one fact in each repository. */
  @Test
  void givesTheSameFileOfAnotherRepositoryAnotherId() {
    RepositoryName other = RepositoryName.of("acme/other");
    var refused = new SigningOutcome.Refused<SignedArtifact>(Refusal.INVALID_SIGNATURE, "broken");
    SignedArtifact elsewhere =
        new SignedArtifact(
            other, "file", DIGEST, 0, SIGNED.fingerprint(), NOW, NOW, SIGNED.artifacts());
    SignedArtifact here = signed(DIGEST, 0, SIGNED.artifacts().get(0));

    assertThat(
            List.of(
                events.of(REQUEST, refused).get(0).event().id(),
                events.of(request(new EchoFormat(), other), refused).get(0).event().id(),
                events.of(REQUEST, signed(here)).get(0).event().id(),
                events.of(REQUEST, signed(elsewhere)).get(0).event().id()))
        .doesNotHaveDuplicates();
  }

  @Test
  void givesTheSameFileOfAnotherFormatAnotherIdAndSource() {
    Format<?, ?> format = new EchoFormat();
    Format<?, ?> other =
        (Format<?, ?>)
            Proxy.newProxyInstance(
                Format.class.getClassLoader(),
                new Class<?>[] {Format.class},
                (proxy, method, arguments) ->
                    method.getName().equals("label") ? "other" : method.invoke(format, arguments));
    var refused = new SigningOutcome.Refused<SignedArtifact>(Refusal.TOO_LARGE, "1001 found");
    var here = events.of(REQUEST, refused).get(0).event();
    var there = events.of(request(other, REPOSITORY), refused).get(0).event();

    assertThat(there.id()).isNotEqualTo(here.id());
    assertThat(here.source()).isEqualTo("/signer-echo");
    assertThat(there.source()).isEqualTo("/signer-other");
  }

  private static PackageRequest request(Format<?, ?> format, RepositoryName repository) {
    return new PackageRequest(format, Lane.UPLOAD, repository, "file", DIGEST, NOW);
  }

  private static SigningOutcome<SignedArtifact> signed(SignedArtifact artifact) {
    return new SigningOutcome.Signed<>(artifact, List.of());
  }

  @Test
  void tellsOfContainedManifestsFirst() {
    SignedArtifact child = signed("sha256:" + "00".repeat(32), 1, "sha256:" + "11".repeat(32));

    var told = events.of(REQUEST, new SigningOutcome.AlreadySigned<>(SIGNED, List.of(child)));

    assertThat(told)
        .extracting(t -> t.event().dataAs(PackageSigned.class).changed())
        .containsExactly(true, false);
    assertThat(told.get(0).key()).isEqualTo("echo/acme/app/file");
  }

  @Test
  void tellsOfARefusal() {
    var told = events.of(REQUEST, new SigningOutcome.Refused<>(Refusal.TOO_LARGE, "1001 found"));

    assertThat(told).hasSize(1);
    assertThat(told.get(0).event().dataAs(PackageRefused.class))
        .isEqualTo(new PackageRefused(REPOSITORY, "file", DIGEST, Refusal.TOO_LARGE, "1001 found"));
  }

  @Test
  void tellsNothingOfWhatIsNeverSigned() {
    assertThat(
            events.of(REQUEST, new SigningOutcome.Exempt<>(SigningOutcome.Exempt.Why.NEVER_SIGNED)))
        .isEmpty();
  }
}
