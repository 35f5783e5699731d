package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.format.echo.EchoSettings;
import dev.countermark.signing.Lane;
import dev.countermark.testkit.time.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RepositorySettingsTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final EchoSettings PLAIN = new EchoSettings(false);
  private static final EchoSettings OPEN = new EchoSettings(true);

  private final HandSetClock clock = new HandSetClock(Instant.parse("2026-11-24T10:00:00Z"));
  private final Records records = new Records(new InMemoryBlobStore());
  private final RepositorySettings settings =
      new RepositorySettings(records, Duration.ofSeconds(2), clock);

  private void store(EchoSettings wanted) {
    records.update(
        ObjectKeys.repository(REPOSITORY),
        RepositoryRecord.class,
        old ->
            Optional.of(
                new RepositoryRecord(1, REPOSITORY, clock.instant())
                    .with(new EchoFormat(), wanted)));
  }

  @Test
  void remembersForUploadsAWhile() {
    store(PLAIN);
    settings.of(REPOSITORY, Lane.UPLOAD);
    store(OPEN);
    clock.advance(Duration.ofMillis(1_999));

    assertThat(settings.of(REPOSITORY, Lane.UPLOAD).map(r -> r.settings(new EchoFormat())))
        .contains(PLAIN);

    clock.advance(Duration.ofMillis(1));

    assertThat(settings.of(REPOSITORY, Lane.UPLOAD).map(r -> r.settings(new EchoFormat())))
        .contains(OPEN);
  }

  @Test
  void readsAnewForEachResyncAndUploadsProfit() {
    store(PLAIN);
    settings.of(REPOSITORY, Lane.UPLOAD);
    store(OPEN);

    assertThat(settings.of(REPOSITORY, Lane.RESYNC).map(r -> r.settings(new EchoFormat())))
        .contains(OPEN);
    assertThat(settings.of(REPOSITORY, Lane.UPLOAD).map(r -> r.settings(new EchoFormat())))
        .contains(OPEN);
  }

  @Test
  void doesNotRememberThatThereIsNone() {
    assertThat(settings.of(REPOSITORY, Lane.UPLOAD)).isEmpty();
    store(PLAIN);

    assertThat(settings.of(REPOSITORY, Lane.UPLOAD).map(r -> r.settings(new EchoFormat())))
        .contains(PLAIN);
  }
}
