package dev.countermark.gateway.nuget;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.gateway.nuget.view.PackageIndex;
import dev.countermark.gateway.nuget.view.SearchIndexes;

/** Keeps all views of packages together. */
final class Views {
  private final PackageIndex packages;
  private final SearchIndexes searches;

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
    searches.changed(repository, identity);
  }

  /** Throws away what was seen of a repository. */
  void forget(RepositoryName repository) {
    packages.forget(repository);
    searches.forget(repository);
  }
}
