package dev.countermark.gateway.swift;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Events.PackageListingChanged;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.gateway.kit.ListingEvents;
import dev.countermark.gateway.kit.SettledPackages;
import dev.countermark.gateway.swift.view.ReleaseIndex;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Takes releases back: those that are available, and those that are not yet signed. */
final class Withdrawals {
  private final Records records;
  private final ReleaseIndex index;
  private final SettledPackages settled;
  private final ListingEvents events;
  private final Clock clock;

  Withdrawals(
      Records records,
      ReleaseIndex index,
      SettledPackages settled,
      ListingEvents events,
      Clock clock) {
    this.records = records;
    this.index = index;
    this.settled = settled;
    this.events = events;
    this.clock = clock;
  }

  /**
   * Withdraws an available release; its version is never given away again. Asked again, it tells
   * the others again.
   *
   * @param by who does it
   * @return false when there is no such release
   */
  boolean withdraw(RepositoryName repository, Identity identity, String by) {
    Optional<ReleaseRecord> now =
        records.update(
            SwiftKeys.release(repository, identity),
            ReleaseRecord.class,
            found -> found.map(r -> r.state() == State.AVAILABLE ? r.deleted(by) : r));
    if (now.filter(r -> r.state() == State.DELETED).isEmpty()) {
      return false;
    }
    index.changed(repository, identity);
    events.listingChanged(
        new SwiftFormat(),
        new PackageListingChanged(
            repository,
            identity.toString(),
            now.get().digest(),
            clock.instant(),
            now.get().changedBy()));
    return true;
  }

  /**
   * Takes back what is not yet signed.
   *
   * @return false when it is no longer pending
   */
  boolean cancel(ReleaseRecord submitted) {
    RefusalNote note =
        new RefusalNote(
            Refusal.CANCELLED,
            "whoever published it took it back",
            clock.instant().truncatedTo(ChronoUnit.MILLIS));
    Optional<ReleaseRecord> now =
        records.update(
            SwiftKeys.release(submitted.repository(), submitted.identity()),
            ReleaseRecord.class,
            found ->
                found.map(
                    r ->
                        r.state() == State.RECEIVED && r.submission().equals(submitted.submission())
                            ? r.refused(note)
                            : r));
    settled.changed(
        submitted.repository(), SwiftKeys.release(submitted.repository(), submitted.identity()));
    return now.filter(
            r ->
                r.state() == State.REFUSED
                    && r.submission().equals(submitted.submission())
                    && r.refusal().filter(n -> n.code() == Refusal.CANCELLED).isPresent())
        .isPresent();
  }
}
