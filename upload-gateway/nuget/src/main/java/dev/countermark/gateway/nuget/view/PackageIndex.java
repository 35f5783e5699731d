package dev.countermark.gateway.nuget.view;

import com.github.benmanes.caffeine.cache.CacheLoader;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;

/**
 * Versions of packages, read from the records when somebody asks for them and remembered within a
 * bound. An event brings one version up to date; an event that got lost is made up for by a look at
 * the store, in the background, now and then.
 */
public final class PackageIndex {
  private static final int PAGE = 1_000;

  /** Packages that are listed at a time: others want the readers, too. */
  private static final int AT_ONCE = 64;

  private static final Duration REVALIDATE = Duration.ofSeconds(30);

  /** Clocks of gateway and store may differ, and listings be late. */
  private static final Duration MARGIN = Duration.ofMinutes(5);

  private record Key(RepositoryName repository, String lowerId) {}

  /**
   * @param readAt when the store was asked
   * @param versions visible ones
   */
  private record Loaded(Instant readAt, PackageVersions versions) {
    static final Loaded NOTHING = new Loaded(Instant.MIN, PackageVersions.NONE);
  }

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
            .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
            .executor(background)
            .build(
                new CacheLoader<>() {
                  @Override
                  public Loaded load(Key key) {
                    return read(key, Loaded.NOTHING);
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

  /**
   * Like {@link #find}, for who keeps what is remembered up to date himself: the store is asked
   * only for what is not remembered.
   */
  PackageVersions kept(RepositoryName repository, String lowerId) {
    Loaded loaded = cache.policy().getIfPresentQuietly(new Key(repository, lowerId));
    return loaded == null ? find(repository, lowerId) : loaded.versions();
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
                      .read(NugetKeys.version(repository, identity), VersionRecord.class)
                      .flatMap(VersionView::of);
              return new Loaded(loaded.readAt(), loaded.versions().with(identity, now));
            });
  }

  /** Reads packages that are not remembered, many at a time. */
  void load(RepositoryName repository, Collection<String> lowerIds) {
    read(repository, lowerIds.stream().filter(id -> !isRemembered(repository, id)).toList());
  }

  private boolean isRemembered(RepositoryName repository, String lowerId) {
    return remembered(new Key(repository, lowerId)) != Loaded.NOTHING;
  }

  /** Looks at packages again, whether they are remembered or not, many at a time. */
  void lookAt(RepositoryName repository, Collection<String> lowerIds) {
    read(repository, List.copyOf(lowerIds));
  }

  private void read(RepositoryName repository, List<String> lowerIds) {
    for (int from = 0; from < lowerIds.size(); from += AT_ONCE) {
      Instant readAt = clock.instant();
      List<Package> chunk =
          lowerIds.subList(from, Math.min(from + AT_ONCE, lowerIds.size())).stream()
              .map(id -> new Key(repository, id))
              .map(key -> new Package(key, remembered(key)))
              .toList();
      // Readers never wait for each other: what a listing names is read for whoever asked for it.
      List<CompletableFuture<List<BlobStore.Entry>>> listings =
          chunk.stream()
              .map(p -> CompletableFuture.supplyAsync(() -> entries(p.key), reads))
              .toList();
      for (int i = 0; i < chunk.size(); i++) {
        joined(listings.get(i)).forEach(chunk.get(i)::add);
      }
      chunk.forEach(p -> remember(p, new Loaded(readAt, p.versions())));
    }
  }

  private List<BlobStore.Entry> entries(Key key) {
    List<BlobStore.Entry> entries = new ArrayList<>();
    list(NugetKeys.versions(key.repository(), key.lowerId()), entries::addAll);
    return entries;
  }

  /** What changed while this was read wins: it was read later. */
  private void remember(Package read, Loaded loaded) {
    if (read.known == Loaded.NOTHING) {
      cache.asMap().putIfAbsent(read.key, loaded);
    } else if (!cache.asMap().replace(read.key, read.known, loaded)) {
      cache.asMap().computeIfPresent(read.key, (key, now) -> read(key, now));
    }
  }

  /** What versions are like now, by their records, in order; empty where nobody may see one. */
  List<Optional<VersionView>> now(RepositoryName repository, List<Identity> identities) {
    List<CompletableFuture<Optional<VersionView>>> found =
        identities.stream()
            .map(identity -> NugetKeys.version(repository, identity))
            .map(key -> CompletableFuture.supplyAsync(() -> view(key), reads))
            .toList();
    return found.stream().map(PackageIndex::joined).toList();
  }

  /** Drops all packages of a repository. */
  public void forget(RepositoryName repository) {
    cache.asMap().keySet().removeIf(key -> key.repository().equals(repository));
  }

  /** Lists a package's records and reads those that are new or newer than {@code known}. */
  private Loaded read(Key key, Loaded known) {
    Instant readAt = clock.instant();
    Package read = new Package(key, known);
    list(NugetKeys.versions(key.repository(), key.lowerId()), page -> page.forEach(read::add));
    return new Loaded(readAt, read.versions());
  }

  /**
   * Looks at every package of a repository: lists its records once, and reads those that are new or
   * newer than what is remembered, many at a time.
   *
   * @param remember whether what is read is remembered; the caller then sees to it that {@link
   *     #changed} is called for whatever changed since this began
   */
  void each(
      RepositoryName repository, boolean remember, BiConsumer<String, PackageVersions> action) {
    Instant readAt = clock.instant();
    Deque<Package> open = new ArrayDeque<>();
    list(
        NugetKeys.packages(repository),
        page -> {
          for (BlobStore.Entry entry : page) {
            identity(entry.key())
                .ifPresent(
                    identity -> {
                      Key key = new Key(repository, identity.id());
                      if (open.isEmpty() || !open.getLast().key.equals(key)) {
                        open.add(new Package(key, remembered(key)));
                      }
                      open.getLast().add(entry);
                    });
          }
          // The last one may go on in the next page; no more than a page is read at a time.
          while (open.size() > 1) {
            seen(open.remove(), readAt, remember, action);
          }
          open.forEach(Package::await);
        });
    open.forEach(last -> seen(last, readAt, remember, action));
  }

  private Loaded remembered(Key key) {
    Loaded loaded = cache.policy().getIfPresentQuietly(key);
    return loaded == null ? Loaded.NOTHING : loaded;
  }

  private void seen(
      Package read, Instant readAt, boolean remember, BiConsumer<String, PackageVersions> action) {
    PackageVersions versions = read.versions();
    if (remember) {
      remember(read, new Loaded(readAt, versions));
    }
    action.accept(read.key.lowerId(), versions);
  }

  private void list(String prefix, Consumer<List<BlobStore.Entry>> action) {
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(prefix, after, PAGE);
      if (!page.entries().isEmpty()) {
        after = page.entries().get(page.entries().size() - 1).key();
      }
      action.accept(page.entries());
    } while (page.more());
  }

  /** One package while its records are read. */
  private final class Package {
    private final Key key;
    private final Loaded known;
    private final Instant unchangedBefore;
    private final Map<Identity, VersionView> before = new HashMap<>();
    private final List<CompletableFuture<Optional<VersionView>>> found = new ArrayList<>();

    Package(Key key, Loaded known) {
      this.key = key;
      this.known = known;
      this.unchangedBefore =
          known.readAt().equals(Instant.MIN) ? Instant.MIN : known.readAt().minus(MARGIN);
      known.versions().ascending().forEach(v -> before.put(v.identity(), v));
    }

    void add(BlobStore.Entry entry) {
      Optional<Identity> identity = identity(entry.key());
      VersionView same = identity.map(before::get).orElse(null);
      if (same != null && entry.lastModified().isBefore(unchangedBefore)) {
        found.add(CompletableFuture.completedFuture(Optional.of(same)));
      } else if (identity.isPresent()) {
        found.add(CompletableFuture.supplyAsync(() -> view(entry.key()), reads));
      }
    }

    void await() {
      found.forEach(PackageIndex::joined);
    }

    PackageVersions versions() {
      await();
      List<VersionView> visible = new ArrayList<>(found.size());
      found.forEach(f -> f.join().ifPresent(visible::add));
      return PackageVersions.of(visible);
    }
  }

  private static <T> T joined(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private Optional<VersionView> view(String key) {
    return records.read(key, VersionRecord.class).flatMap(VersionView::of);
  }

  static Optional<Identity> identity(String key) {
    Matcher matcher = NugetKeys.RECORD.matcher(key);
    return matcher.matches() && matcher.group(2).equals("packages")
        ? Identity.find(matcher.group(3), matcher.group(4))
        : Optional.empty();
  }
}
