package dev.countermark.gateway.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Events.PackageListingChanged;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.ListingEvents;
import java.time.Clock;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Hides versions from search, shows them again, or deletes them. */
final class Listings {
  private final Records records;
  private final SymbolIndex symbols;
  private final Views views;
  private final ListingEvents events;
  private final Clock clock;

  Listings(BlobStore store, Views views, ListingEvents events, Clock clock) {
    this.records = new Records(store);
    this.symbols = new SymbolIndex(store);
    this.views = views;
    this.events = events;
    this.clock = clock;
  }

  /**
   * Unlists a version, or deletes it where the repository is set so.
   *
   * @param by who does it
   * @return false when there is no such version
   * @throws Failed 403 when it is one that is never deleted
   */
  boolean remove(RepositoryRecord repository, Identity identity, String by) {
    NugetSettings settings = repository.settings(new NugetFormat());
    if (settings.deletePackages() && isImmutable(settings, identity.toString())) {
      throw new Failed(
          403,
          identity
              + " is never deleted: the settings of "
              + repository.repository()
              + " say so (immutableVersions)");
    }
    return settings.deletePackages()
        ? change(repository, identity, true, v -> v.deleted(by))
        : change(repository, identity, false, v -> v.listed() ? v.listed(false, by) : v);
  }

  static boolean isImmutable(NugetSettings settings, String version) {
    return settings.immutableVersions().stream().anyMatch(p -> p.matches(version));
  }

  /**
   * Lists a version again.
   *
   * @param by who does it
   * @return false when there is no such version
   */
  boolean relist(RepositoryRecord repository, Identity identity, String by) {
    return change(repository, identity, false, v -> v.listed() ? v : v.listed(true, by));
  }

  /**
   * @param delete whether it is to be deleted; then one that is deleted already is what it shall be
   */
  private boolean change(
      RepositoryRecord repository,
      Identity identity,
      boolean delete,
      UnaryOperator<VersionRecord> change) {
    Optional<VersionRecord> now =
        records.update(
            NugetKeys.version(repository.repository(), identity),
            VersionRecord.class,
            found -> found.map(v -> v.state() == State.DELETED ? v : change.apply(v)));
    if (now.isEmpty() || (now.get().state() == State.DELETED) != delete) {
      return false;
    }
    if (delete) {
      symbols.delete(repository.repository(), identity);
    }
    views.changed(repository.repository(), identity);
    events.listingChanged(
        new NugetFormat(),
        new PackageListingChanged(
            repository.repository(),
            identity.toString(),
            now.get().digest(),
            clock.instant(),
            now.get().changedBy()));
    return true;
  }
}
