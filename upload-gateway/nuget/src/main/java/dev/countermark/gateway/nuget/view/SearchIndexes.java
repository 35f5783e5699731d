package dev.countermark.gateway.nuget.view;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import org.jboss.logging.Logger;

/** The search indexes of all repositories; each is made when somebody first searches there. */
public final class SearchIndexes implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(SearchIndexes.class);
  private static final int PAGE = 1_000;
  private static final int PROGRESS = 5_000;

  /** How many times as long as a look took there is none. */
  private static final int REST = 50;

  /** Clocks of gateway and store may differ, and events be late. */
  private static final Duration MARGIN = Duration.ofMinutes(5);

  private final BlobStore store;
  private final PackageIndex packages;
  private final Clock clock;
  private final ConcurrentMap<RepositoryName, Built> built = new ConcurrentHashMap<>();

  public SearchIndexes(BlobStore store, PackageIndex packages, Clock clock) {
    this.store = store;
    this.packages = packages;
    this.clock = clock;
  }

  /** One index; who fills, freshens or closes it holds its monitor, which may take a while. */
  private static final class Built {
    private final SearchIndex index;

    /** Packages that changed; the next search has to know, not every push. */
    private final Set<String> stale = ConcurrentHashMap.newKeySet();

    private volatile boolean filled;
    private volatile Instant lookedAt;

    /** Only the thread that catches up knows it. */
    private Instant nextLook = Instant.MIN;

    Built(SearchIndex index, Instant lookedAt) {
      this.index = index;
      this.lookedAt = lookedAt;
    }

    synchronized void close() {
      index.close();
    }
  }

  /**
   * @param total how many packages match in all
   * @param page best first
   */
  public record Results(long total, List<Found> page) {}

  public Results search(RepositoryName repository, SearchRequest request) {
    return fresh(repository).search(request);
  }

  /** Packages whose id, or a part of it, begins with the text. */
  public Results idsLike(RepositoryName repository, SearchRequest request) {
    return fresh(repository).idsLike(request);
  }

  /**
   * Brings one version up to date where there is an index, in what is remembered of its package,
   * too.
   *
   * @return false when there is no index
   */
  public boolean changed(RepositoryName repository, Identity identity) {
    Built existing = built.get(repository);
    if (existing == null) {
      return false;
    }
    // First what is remembered: an index that is being made may have read what was before.
    packages.changed(repository, identity);
    packages.kept(repository, identity.id());
    existing.stale.add(identity.id());
    return true;
  }

  /**
   * Makes up for events that got lost: looks at what was written since the last look. A look lists
   * the whole repository, so a large one is looked at less often: looking takes a fiftieth of the
   * time at most. Of a repository that is gone the index goes, too.
   */
  public void catchUp() {
    built.forEach(
        (repository, existing) -> {
          if (store.head(ObjectKeys.repository(repository)).isEmpty()) {
            forget(repository);
            return;
          }
          if (!existing.filled) {
            return;
          }
          Instant begin = clock.instant();
          if (begin.isBefore(existing.nextLook)) {
            return;
          }
          Set<String> ids = ids(repository, existing.lookedAt.minus(MARGIN));
          // A package that is remembered is read again in the background.
          ids.forEach(id -> packages.find(repository, id));
          existing.stale.addAll(ids);
          existing.lookedAt = begin;
          Instant end = clock.instant();
          existing.nextLook = end.plus(Duration.between(begin, end).multipliedBy(REST));
        });
  }

  /** How many visible versions of a repository meet a condition; lists all of them. */
  public long count(RepositoryName repository, Predicate<VersionView> condition) {
    long[] count = new long[1];
    packages.each(
        repository,
        false,
        (id, versions) -> count[0] += versions.ascending().stream().filter(condition).count());
    return count[0];
  }

  /** Throws the index of a repository away. */
  public void forget(RepositoryName repository) {
    Built existing = built.remove(repository);
    if (existing != null) {
      existing.close();
    }
  }

  /** Makes the index if need be. Who finds it being made waits: what is new may be his own. */
  private SearchIndex fresh(RepositoryName repository) {
    Built existing =
        built.computeIfAbsent(
            repository, name -> new Built(new SearchIndex(name.owner()), clock.instant()));
    synchronized (existing) {
      if (!existing.filled) {
        fill(repository, existing.index);
        existing.filled = true;
      }
      existing.stale.forEach(id -> freshen(repository, existing, id));
    }
    return existing.index;
  }

  private void freshen(RepositoryName repository, Built existing, String id) {
    existing.stale.remove(id); // before it is read: what changes from now on is stale again
    try {
      existing.index.update(id, packages.kept(repository, id));
    } catch (RuntimeException e) {
      existing.stale.add(id);
      throw e;
    }
  }

  private void fill(RepositoryName repository, SearchIndex index) {
    int[] done = new int[1];
    packages.each(
        repository,
        true,
        (id, versions) -> {
          index.update(id, versions);
          if (++done[0] % PROGRESS == 0) {
            LOG.infof("search index of %s: %d packages", repository, done[0]);
          }
        });
  }

  /** Ids of packages with a record that was written after a time. */
  private Set<String> ids(RepositoryName repository, Instant after) {
    Set<String> ids = new TreeSet<>();
    String last = "";
    BlobStore.Page page;
    do {
      page = store.list(NugetKeys.packages(repository), last, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        last = entry.key();
        Matcher matcher = NugetKeys.RECORD.matcher(entry.key());
        if (matcher.matches() && entry.lastModified().isAfter(after)) {
          ids.add(matcher.group(3));
        }
      }
    } while (page.more());
    return ids;
  }

  @Override
  public void close() {
    built.values().forEach(Built::close);
    built.clear();
  }
}
