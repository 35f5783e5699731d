package dev.countermark.keyservice;

import static dev.countermark.keyservice.Fixtures.NUGET;
import static dev.countermark.keyservice.Fixtures.NUGET_OPERATOR;
import static dev.countermark.keyservice.Fixtures.NUGET_SIGNER;
import static dev.countermark.keyservice.Fixtures.STRANGER;
import static dev.countermark.keyservice.Fixtures.replica;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.keys.KeyServiceApi.KeyState;
import dev.countermark.keys.KeyServiceApi.ListedVersion;
import dev.countermark.testkit.time.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What operators are told of the versions of a key, by an injected clock. */
class KeyListTest {
  private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");
  private static final Duration ANNOUNCED = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  private final BlobStore store = new InMemoryBlobStore();
  private final HandSetClock clock = new HandSetClock(START);
  private final KeyCustodian custodian = replica(store, clock).custodian();

  private List<ListedVersion> list() {
    return custodian.list(NUGET_OPERATOR, NUGET.repository()).get(0).versions();
  }

  @Test
  void tellsSinceWhenAVersionIsWhatItIs() {
    custodian.versions(NUGET_SIGNER, NUGET); // with a spare
    clock.advance(DAY);
    custodian.rotate(NUGET_OPERATOR, NUGET, true);
    clock.advance(DAY);
    custodian.revoke(NUGET_OPERATOR, NUGET, 1);
    custodian.versions(NUGET_SIGNER, NUGET); // with another spare
    clock.advance(DAY);
    custodian.rotate(NUGET_OPERATOR, NUGET, false);
    clock.advance(ANNOUNCED);

    assertThat(list())
        .extracting(ListedVersion::version, ListedVersion::state, ListedVersion::since)
        .containsExactly(
            tuple(1, KeyState.REVOKED, START.plus(DAY.multipliedBy(2))),
            tuple(2, KeyState.RETIRED, START.plus(DAY.multipliedBy(3))),
            tuple(3, KeyState.CURRENT, START.plus(DAY.multipliedBy(3))));
  }

  @Test
  void tellsWhenAnAnnouncedVersionBeginsToSign() {
    custodian.sign(NUGET_SIGNER, NUGET, List.of(Fixtures.item("a")));
    clock.advance(DAY);
    custodian.rotate(NUGET_OPERATOR, NUGET, false);

    ListedVersion announced = list().get(1);

    assertThat(announced.state()).isEqualTo(KeyState.ANNOUNCED);
    assertThat(announced.since()).isEqualTo(START.plus(DAY));
    assertThat(announced.signsFrom()).contains(START.plus(DAY).plus(ANNOUNCED));
    assertThat(announced.certificate()).isPresent();
    assertThat(announced.certificateEnds()).hasValueSatisfying(e -> assertThat(e).isAfter(START));
    assertThat(list().get(0).signsFrom()).isEqualTo(Optional.empty());
  }

  @Test
  void keepsASpareApart() {
    custodian.versions(NUGET_SIGNER, NUGET);

    assertThat(list())
        .extracting(ListedVersion::state)
        .containsExactly(KeyState.CURRENT, KeyState.SPARE);
  }

  @Test
  void makesNoKeyAndTellsStrangersNothing() {
    assertThat(custodian.list(NUGET_OPERATOR, NUGET.repository())).isEmpty();
    assertThat(store.list("", "", 100).entries())
        .noneMatch(entry -> entry.key().startsWith(KeysBucket.KEYS));
    assertThatThrownBy(() -> custodian.list(STRANGER, NUGET.repository()))
        .isInstanceOfSatisfying(
            KeyServiceException.class,
            e -> assertThat(e.code()).isEqualTo(KeyServiceException.Code.DENIED));
  }
}
