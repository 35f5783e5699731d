package dev.countermark.gateway.swift.view;

import com.github.benmanes.caffeine.cache.CacheLoader;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;

/**
 * Releases, read from the records when somebody asks for them and remembered within a bound. An
 * event brings one release up to date; an event that got lost is made up for by a look at the
 * store, in the background, now and then.
 */
public final class ReleaseIndex {
  private static final int PAGE = 1_000;
  private static final Duration REVALIDATE = Duration.ofSeconds(30);

  /** Clocks of gateway and store may differ, and listings be late. */
  private static final Duration MARGIN = Duration.ofMinutes(5);

  /**
   * @param prefix of the records' keys: those of a package or of a repository
   */
  private record Key(RepositoryName repository, String prefix) {}

  /**
   * @param readAt when the store was asked
   */
  private record Loaded(Instant readAt, Releases releases) {}

  private final BlobStore store;
  private final Records records;
  private final Executor reads;
  private final Clock clock;
  private final LoadingCache<Key, Loaded> cache;

  /**
   * @param reads for independent reads
   * @param memory that releases may take, bytes, roughly
   */
  public ReleaseIndex(
      BlobStore store, Executor reads, Executor background, long memory, Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.reads = reads;
    this.clock = clock;
    this.cache =
        Caffeine.newBuilder()
            .maximumWeight(memory)
            .<Key, Loaded>weigher((key, loaded) -> loaded.releases().weight())
            .refreshAfterWrite(REVALIDATE)
            .executor(background)
            .build(
                new CacheLoader<>() {
                  @Override
                  public Loaded load(Key key) {
                    return read(key, new Loaded(Instant.MIN, Releases.NONE));
                  }

                  @Override
                  public Loaded reload(Key key, Loaded old) {
                    return read(key, old);
                  }
                });
  }

  /**
   * The releases of a package; none when there is no such package.
   *
   * @param lowerId {@code lower-case scope.lower-case name}
   */
  public Releases find(RepositoryName repository, String lowerId) {
    return cache.get(new Key(repository, SwiftKeys.releases(repository, lowerId))).releases();
  }

  /**
   * The package whose source code is at an address. Of several that claim it, the one that did so
   * first: who comes later cannot take it away.
   *
   * @param address as people write it
   */
  public Optional<ReleaseView> ofSource(RepositoryName repository, String address) {
    Optional<String> wanted = SourceAddress.normalized(address);
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    return cache
        .get(new Key(repository, SwiftKeys.packages(repository)))
        .releases()
        .available()
        .stream()
        .filter(r -> r.sources().stream().anyMatch(s -> SourceAddress.normalized(s).equals(wanted)))
        .min(
            Comparator.comparing(ReleaseView::acceptedAt)
                .thenComparing(r -> r.identity().toString()));
  }

  /** Reads one release again, where it is remembered. */
  public void changed(RepositoryName repository, Identity identity) {
    changed(
        new Key(repository, SwiftKeys.releases(repository, identity.id())), repository, identity);
    changed(new Key(repository, SwiftKeys.packages(repository)), repository, identity);
  }

  private void changed(Key key, RepositoryName repository, Identity identity) {
    cache
        .asMap()
        .computeIfPresent(
            key,
            (k, loaded) ->
                new Loaded(
                    loaded.readAt(),
                    loaded
                        .releases()
                        .with(identity, view(SwiftKeys.release(repository, identity)))));
  }

  /** Drops all releases of a repository. */
  public void forget(RepositoryName repository) {
    cache.asMap().keySet().removeIf(key -> key.repository().equals(repository));
  }

  /** Lists records and reads those that are new or newer than {@code known}. */
  private Loaded read(Key key, Loaded known) {
    Instant readAt = clock.instant();
    Instant unchangedBefore =
        known.readAt().equals(Instant.MIN) ? Instant.MIN : known.readAt().minus(MARGIN);
    Map<Identity, ReleaseView> before = new HashMap<>();
    known.releases().ascending().forEach(r -> before.put(r.identity(), r));
    List<CompletableFuture<Optional<ReleaseView>>> found = new ArrayList<>();
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(key.prefix(), after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        Optional<Identity> identity = identity(entry.key());
        ReleaseView same = identity.map(before::get).orElse(null);
        if (same != null && entry.lastModified().isBefore(unchangedBefore)) {
          found.add(CompletableFuture.completedFuture(Optional.of(same)));
        } else if (identity.isPresent()) {
          found.add(CompletableFuture.supplyAsync(() -> view(entry.key()), reads));
        }
      }
    } while (page.more());
    List<ReleaseView> visible = new ArrayList<>(found.size());
    try {
      found.forEach(f -> f.join().ifPresent(visible::add));
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
    return new Loaded(readAt, Releases.of(visible));
  }

  private Optional<ReleaseView> view(String key) {
    return records.read(key, ReleaseRecord.class).flatMap(ReleaseView::of);
  }

  static Optional<Identity> identity(String key) {
    Matcher matcher = SwiftKeys.RELEASE.matcher(key);
    return matcher.matches()
        ? Identity.parse(matcher.group(2) + "/" + matcher.group(3))
        : Optional.empty();
  }
}
