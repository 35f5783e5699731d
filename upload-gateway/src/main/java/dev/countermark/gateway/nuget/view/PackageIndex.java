package dev.countermark.gateway.nuget.view;

import com.github.benmanes.caffeine.cache.CacheLoader;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.NugetRecords.Identity;
import dev.countermark.contracts.NugetRecords.VersionRecord;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;

/**
 * Versions of packages, read from the records when somebody asks for them and remembered within a
 * bound. An event brings one version up to date; an event that got lost is made up for by a look at
 * the store, in the background, now and then.
 */
public final class PackageIndex {
  private static final int PAGE = 1_000;
  private static final Duration REVALIDATE = Duration.ofSeconds(30);

  /** Clocks of gateway and store may differ, and listings be late. */
  private static final Duration MARGIN = Duration.ofMinutes(5);

  private record Key(RepositoryName repository, String lowerId) {}

  /**
   * @param readAt when the store was asked
   * @param versions visible ones
   */
  private record Loaded(Instant readAt, PackageVersions versions) {}

  private final BlobStore store;
  private final Records records;
  private final Executor reads;
  private final Clock clock;
  private final LoadingCache<Key, Loaded> cache;

  /**
   * @param reads for the independent reads of one package
   * @param memory that versions may take, bytes, roughly
   */
  public PackageIndex(
      BlobStore store, Executor reads, Executor background, long memory, Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.reads = reads;
    this.clock = clock;
    this.cache =
        Caffeine.newBuilder()
            .maximumWeight(memory)
            .<Key, Loaded>weigher((key, loaded) -> loaded.versions().weight())
            .refreshAfterWrite(REVALIDATE)
            .executor(background)
            .build(
                new CacheLoader<>() {
                  @Override
                  public Loaded load(Key key) {
                    return read(key, new Loaded(Instant.MIN, PackageVersions.NONE));
                  }

                  @Override
                  public Loaded reload(Key key, Loaded old) {
                    return read(key, old);
                  }
                });
  }

  /**
   * The visible versions of a package; none when there is no such package.
   *
   * @param lowerId lower-case id
   */
  public PackageVersions find(RepositoryName repository, String lowerId) {
    return cache.get(new Key(repository, lowerId)).versions();
  }

  /** Reads one version again, if its package is remembered. */
  public void changed(RepositoryName repository, Identity identity) {
    cache
        .asMap()
        .computeIfPresent(
            new Key(repository, identity.id()),
            (key, loaded) -> {
              Optional<VersionView> now =
                  records
                      .read(ObjectKeys.nugetVersion(repository, identity), VersionRecord.class)
                      .flatMap(VersionView::of);
              return new Loaded(loaded.readAt(), loaded.versions().with(identity, now));
            });
  }

  /** Drops all packages of a repository. */
  public void forget(RepositoryName repository) {
    cache.asMap().keySet().removeIf(key -> key.repository().equals(repository));
  }

  /** Lists a package's records and reads those that are new or newer than {@code known}. */
  private Loaded read(Key key, Loaded known) {
    Instant readAt = clock.instant();
    Instant unchangedBefore =
        known.readAt().equals(Instant.MIN) ? Instant.MIN : known.readAt().minus(MARGIN);
    Map<Identity, VersionView> before = new HashMap<>();
    known.versions().ascending().forEach(v -> before.put(v.identity(), v));
    List<CompletableFuture<Optional<VersionView>>> found = new ArrayList<>();
    String prefix = ObjectKeys.nugetVersions(key.repository(), key.lowerId());
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(prefix, after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        Optional<Identity> identity = identity(entry.key());
        VersionView same = identity.map(before::get).orElse(null);
        if (same != null && entry.lastModified().isBefore(unchangedBefore)) {
          found.add(CompletableFuture.completedFuture(Optional.of(same)));
        } else if (identity.isPresent()) {
          found.add(CompletableFuture.supplyAsync(() -> view(entry.key()), reads));
        }
      }
    } while (page.more());
    List<VersionView> visible = new ArrayList<>(found.size());
    try {
      found.forEach(f -> f.join().ifPresent(visible::add));
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
    return new Loaded(readAt, PackageVersions.of(visible));
  }

  private Optional<VersionView> view(String key) {
    return records.read(key, VersionRecord.class).flatMap(VersionView::of);
  }

  static Optional<Identity> identity(String key) {
    Matcher matcher = ObjectKeys.NUGET_RECORD.matcher(key);
    return matcher.matches() && matcher.group(2).equals("packages")
        ? Identity.find(matcher.group(3), matcher.group(4))
        : Optional.empty();
  }
}
