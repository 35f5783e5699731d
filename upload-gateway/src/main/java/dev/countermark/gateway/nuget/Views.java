package dev.countermark.gateway.nuget;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.gateway.nuget.view.PackageIndex;
import dev.countermark.gateway.nuget.view.SearchIndexes;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Keeps all views of packages together. */
final class Views {
  private final PackageIndex packages;
  private final SearchIndexes searches;

  /** When the repositories were made whose packages are in the views. */
  private final ConcurrentMap<RepositoryName, Instant> known = new ConcurrentHashMap<>();

  Views(PackageIndex packages, SearchIndexes searches) {
    this.packages = packages;
    this.searches = searches;
  }

  PackageIndex packages() {
    return packages;
  }

  SearchIndexes searches() {
    return searches;
  }

  /** Brings one version up to date. */
  void changed(RepositoryName repository, Identity identity) {
    if (!searches.changed(repository, identity)) {
      packages.changed(repository, identity);
    }
  }

  /**
   * Throws away what was seen of an earlier repository of the same name: it was deleted, perhaps by
   * another gateway, and no event tells.
   */
  void meet(RepositoryRecord repository) {
    RepositoryName name = repository.repository();
    if (repository.createdAt().equals(known.get(name))) {
      return;
    }
    known.merge(
        name,
        repository.createdAt(),
        (before, now) -> {
          if (before.isBefore(now)) {
            packages.forget(name);
            searches.forget(name);
            return now;
          }
          return before;
        });
  }
}
