package dev.countermark.gateway.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Glob;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.Upload;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.format.echo.EchoRecord;
import dev.countermark.format.echo.EchoSettings;
import dev.countermark.gateway.inventory.Inventories;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.Inventory;
import dev.countermark.gateway.kit.RepositoryAccess;
import dev.countermark.gateway.views.ViewMemory;
import dev.countermark.testkit.time.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Several gateways delete what nobody keeps once, and one goes on where another died. */
class RetentionLeaseTest {
  private static final EchoFormat FORMAT = new EchoFormat();
  private static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");
  private static final RepositoryName NAME = RepositoryName.of("acme/files");
  private static final Duration DAY = Duration.ofDays(1);

  private static final RepositoryRecord REPOSITORY =
      RetentionRule.with(
          new RepositoryRecord(1, NAME, NOW),
          List.of(
              new RetentionRule(
                  Optional.of("echo"),
                  new Glob("f*"),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of("P1D"))));

  private final HandSetClock clock = new HandSetClock(NOW);
  private final BlobStore store = new InMemoryBlobStore(clock);

  /** How many deletions come before one that fails; none fails where that is negative. */
  private int before = -1;

  /** Files that are deleted when nobody keeps them. */
  private final class Echo implements GatewayFormat<EchoRecord, EchoSettings> {
    @Override
    public Format<EchoRecord, EchoSettings> format() {
      return FORMAT;
    }

    @Override
    public RepositoryAccess<EchoSettings> access() {
      throw new UnsupportedOperationException("nobody calls");
    }

    @Override
    public Optional<String> statusKey(RepositoryName repository, String rest) {
      return Optional.empty();
    }

    @Override
    public Inventory<EchoRecord, EchoSettings> inventory() {
      return new Inventory<>() {
        @Override
        public boolean isDeletable(EchoSettings settings, String name, List<String> tags) {
          return !name.equals("f-stays");
        }

        @Override
        public boolean delete(
            RepositoryRecord repository, EchoRecord record, List<String> tags, String by) {
          if (before-- == 0) {
            throw new IllegalStateException("dies here");
          }
          store.delete(key(record.name()));
          return true;
        }
      };
    }
  }

  private static String key(String name) {
    return FORMAT.recordKey(NAME, name).orElseThrow();
  }

  private Retention gateway() {
    GatewayFormats formats = new GatewayFormats(List.of(new Echo()));
    Inventories inventories =
        new Inventories(
            new Inventories.Parts(
                store,
                formats,
                repository -> Runnable::run,
                new ViewMemory(64 << 20, Runnable::run, clock),
                Runnable::run,
                clock));
    return new Retention(store, formats, inventories, DAY, clock);
  }

  private void fill(int many) {
    Records records = new Records(store);
    records.create(ObjectKeys.repository(NAME), REPOSITORY);
    for (int i = 0; i < many; i++) {
      put("f" + i, NOW);
    }
    put("f-stays", NOW);
    put("other", NOW);
    clock.advance(DAY.plusMinutes(1));
    put("f-young", clock.instant());
  }

  private void put(String name, Instant at) {
    EchoRecord record =
        EchoRecord.received(NAME, name, new Upload(List.of(), 7, "0".repeat(64)), at)
            .signed(new EchoRecord.Signature(1, "f", Bytes.of(new byte[8]), at))
            .into(REPOSITORY);
    new Records(store).create(key(name), record);
  }

  private int left() {
    return store.list(FORMAT.records(NAME), "", 1_000).entries().size();
  }

  @Test
  void whatTheRulesDoNotKeepGoesOnceADay() {
    fill(250);

    gateway().run();

    assertThat(left()).isEqualTo(3);
    put("f-again", NOW);
    gateway().run();
    assertThat(left()).isEqualTo(4);
    clock.advance(DAY.plusMinutes(1));
    gateway().run();
    // By now the young one is a day old, too.
    assertThat(left()).isEqualTo(2);
  }

  @Test
  void atOnceWhenSomebodySaysSo() {
    fill(1);
    gateway().run();
    put("f-again", NOW);

    assertThat(gateway().run(REPOSITORY, true)).isEqualTo(1);
  }

  @Test
  void anotherGoesOnWhenTheLeaseIsOver() {
    fill(50);
    before = 20;
    gateway().run();
    assertThat(left()).isEqualTo(33);

    gateway().run();
    gateway().run(REPOSITORY, true);
    assertThat(left()).as("somebody may still be at it").isEqualTo(33);
    clock.advance(Duration.ofMinutes(5));
    gateway().run();

    assertThat(left()).isEqualTo(3);
  }

  @Test
  void thePreviewDeletesNothing() {
    fill(5);

    assertThat(gateway().preview(REPOSITORY).orElseThrow())
        .extracting(going -> going.item().row().name())
        .containsExactlyInAnyOrder("f0", "f1", "f2", "f3", "f4");
    assertThat(left()).isEqualTo(8);
  }
}
