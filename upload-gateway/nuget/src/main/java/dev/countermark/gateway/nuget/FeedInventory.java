package dev.countermark.gateway.nuget;

import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.Inventory;
import java.util.List;

/** What lists say of versions, and how they go that nobody keeps. */
record FeedInventory(Listings listings) implements Inventory<VersionRecord, NugetSettings> {
  @Override
  public long size(VersionRecord record) {
    return record.upload().size();
  }

  @Override
  public String packageOf(String name) {
    return name.substring(0, name.indexOf('/'));
  }

  /** Where deleting is unlisting, nothing is deleted by itself either. */
  @Override
  public boolean isDeletable(NugetSettings settings, String name, List<String> tags) {
    return settings.deletePackages() && !Listings.isImmutable(settings, name);
  }

  @Override
  public boolean delete(
      RepositoryRecord repository, VersionRecord record, List<String> tags, String by) {
    NugetSettings settings = repository.settings(new NugetFormat());
    try {
      return isDeletable(settings, record.packageName(), tags)
          && listings.remove(repository, record.identity(), by);
    } catch (Failed e) {
      return false; // it is to stay
    }
  }
}
