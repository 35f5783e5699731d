package dev.countermark.gateway.resync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.Upload;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.format.echo.EchoRecord;
import dev.countermark.gateway.events.Reconciler.Repair;
import dev.countermark.gateway.events.Reconcilers;
import dev.countermark.gateway.resync.CampaignOrder.SenselessException;
import dev.countermark.keys.KeyClient.Purpose;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is available and signed by no key in force is signed anew, without an operator. */
class StaleRenewalTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final Purpose PURPOSE = new Purpose("echo");

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final Records records = new Records(store);
  private final TestCampaigns platform = new TestCampaigns(store);
  private final List<Repair> repaired = new ArrayList<>();

  @BeforeEach
  void makeTheRepository() {
    records.create(
        ObjectKeys.repository(REPOSITORY), new RepositoryRecord(1, REPOSITORY, Instant.EPOCH));
  }

  private void signedBy(int version, String name) {
    signed(REPOSITORY, version, name);
  }

  private void signed(RepositoryName repository, int version, String name) {
    Upload upload = new Upload(List.of(), 0, "0a".repeat(32));
    records.create(
        new EchoFormat().recordKey(repository, name).orElseThrow(),
        EchoRecord.received(repository, name, upload, Instant.EPOCH)
            .signed(
                new EchoRecord.Signature(
                    version, "0b".repeat(32), Bytes.of(new byte[1]), Instant.EPOCH)));
  }

  /** The store's clock is that of the machine. */
  private int lookDaysLater(int days) {
    Clock then = Clock.offset(Clock.systemUTC(), Duration.ofDays(days));
    return Reconcilers.of(
            store,
            (format, upload) -> {
              throw new AssertionError("nothing waits for its first signature");
            },
            platform.renewals(),
            repaired::add,
            then)
        .goThroughAll();
  }

  @Test
  void whatIsSignedByAKeyInForceIsLeftAlone() {
    platform.keys.current(REPOSITORY, PURPOSE);
    platform.keys.rotate(REPOSITORY, PURPOSE);
    signedBy(1, "by-the-one-before");
    signedBy(2, "by-the-current-one");
    signedBy(0, "by-somebody-else");

    assertThat(lookDaysLater(1)).isZero();
    assertThat(platform.published).isEmpty();
  }

  @Test
  void whatIsSignedByARevokedKeyIsSignedAnew() {
    platform.keys.current(REPOSITORY, PURPOSE);
    platform.keys.rotate(REPOSITORY, PURPOSE);
    signedBy(1, "stale");
    signedBy(2, "fresh");
    signedBy(3, "by-a-key-that-there-is-not");
    platform.keys.revoke(REPOSITORY, PURPOSE, 1);

    assertThat(lookDaysLater(1)).isEqualTo(2);

    assertThat(platform.published)
        .extracting(PackageResyncRequested::name)
        .containsExactly("by-a-key-that-there-is-not", "stale");
    assertThat(platform.published.get(0).mode()).isEqualTo(ResyncMode.ENSURE);
    assertThat(platform.published.get(0).campaign()).isEqualTo("reconciler-2026-11-30");
    assertThat(repaired).containsExactly(Repair.STALE, Repair.STALE);
  }

  @Test
  void itIsAskedForAgainUntilTheBrokerTakesIt() {
    signedBy(3, "stale");
    platform.brokerIsAway = true;
    assertThatThrownBy(() -> lookDaysLater(1)).isInstanceOf(Failure.Transient.class);

    platform.brokerIsAway = false;
    assertThat(lookDaysLater(2)).isOne();
    assertThat(repaired).containsExactly(Repair.STALE);
  }

  /** What is behind them in the order of keys is seen all the same. */
  @Test
  void keysThatCannotBeUsedKeepNobodyElseWaiting() {
    RepositoryName broken = RepositoryName.of("aaa/broken");
    records.create(ObjectKeys.repository(broken), new RepositoryRecord(1, broken, Instant.EPOCH));
    signed(broken, 3, "nobody-can-tell");
    signedBy(3, "stale");
    platform.unusable = Optional.of(broken);

    assertThat(lookDaysLater(1)).isOne();
    assertThat(platform.published)
        .extracting(PackageResyncRequested::name)
        .containsExactly("stale");
  }

  /** Its outcomes would be taken for those of somebody's campaign. */
  @Test
  void nobodyStartsACampaignOfThatName() {
    assertThatThrownBy(
            () ->
                platform
                    .gateway()
                    .start(
                        TestCampaigns.wanted(
                            "reconciler-2026-11-30", "acme/app", ResyncMode.ENSURE),
                        TestCampaigns.ADMINISTRATOR))
        .isInstanceOf(SenselessException.class)
        .hasMessageContaining("reconciler-");
  }
}
