package dev.countermark.gateway.nuget.view;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetRecords.Identity;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/** The search indexes of all repositories; each is opened when somebody first searches there. */
public final class SearchIndexes implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(SearchIndexes.class);

  private final PackageIndex packages;
  private final RepositorySearch.Parts parts;
  private final ConcurrentMap<RepositoryName, RepositorySearch> searches =
      new ConcurrentHashMap<>();

  /**
   * @param background for what nobody waits for long
   */
  public SearchIndexes(BlobStore store, PackageIndex packages, Executor background, Clock clock) {
    this.packages = packages;
    this.parts =
        new RepositorySearch.Parts(
            store, packages, new SearchSnapshots(store, clock), background, clock);
  }

  /**
   * @param total how many packages match in all
   * @param page best first
   */
  public record Results(long total, List<Found> page) {}

  public Results search(RepositoryName repository, SearchRequest request) {
    return search(repository, request, bytes -> {});
  }

  /**
   * @param memory told of what is read of the packages that are found, before it is taken apart;
   *     may refuse by throwing
   */
  public Results search(RepositoryName repository, SearchRequest request, LongConsumer memory) {
    return search(repository, index -> index.search(request, memory));
  }

  /** Packages whose id, or a part of it, begins with the text. */
  public Results idsLike(RepositoryName repository, SearchRequest request) {
    return idsLike(repository, request, bytes -> {});
  }

  /**
   * Packages whose id, or a part of it, begins with the text.
   *
   * @param memory as for a search
   */
  public Results idsLike(RepositoryName repository, SearchRequest request, LongConsumer memory) {
    return search(repository, index -> index.idsLike(request, memory));
  }

  private Results search(RepositoryName repository, Function<SearchIndex, Results> search) {
    while (true) {
      Optional<Results> results = of(repository).search(search);
      if (results.isPresent()) {
        return results.get();
      }
    }
  }

  private RepositorySearch of(RepositoryName repository) {
    return searches.computeIfAbsent(repository, name -> new RepositorySearch(name, parts));
  }

  /** Brings one version up to date, in what is remembered of its package, too. */
  public void changed(RepositoryName repository, Identity identity) {
    RepositorySearch search = of(repository);
    // First what is remembered: an index that is being made may have read what was before.
    packages.changed(repository, identity);
    if (search.isOpening()) {
      packages.kept(repository, identity.id());
    }
    search.heard(identity.id());
  }

  /** Looks after every index; of a repository that is gone the index goes, too. */
  public void catchUp() {
    searches.forEach(
        (repository, search) -> {
          try {
            if (search.isOpening()) {
              forget(repository);
            }
            search.lookAfter();
          } catch (RuntimeException e) {
            LOG.warnf(
                "the search index of %s is looked after later: %s", repository, e.getMessage());
          }
        });
  }

  /** How many visible versions of a repository meet a condition; lists all of them. */
  public long count(RepositoryName repository, Predicate<VersionView> condition) {
    long[] count = new long[1];
    packages.each(
        repository,
        of(repository).isOpening(),
        (id, versions) -> count[0] += versions.ascending().stream().filter(condition).count());
    return count[0];
  }

  /** Throws the index of a repository away that was deleted, or deleted and made again. */
  public void forget(RepositoryName repository) {
    RepositorySearch search = searches.get(repository);
    if (search != null && !search.isOfTheRepository() && searches.remove(repository, search)) {
      search.close();
    }
  }

  @Override
  public void close() {
    searches.values().forEach(RepositorySearch::close);
    searches.clear();
  }
}
