package dev.countermark.gateway.nuget.view;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.gateway.integrity.DamagedException;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.views.PackageViews;
import dev.countermark.gateway.views.Readers;
import dev.countermark.gateway.views.RecordReader;
import dev.countermark.gateway.views.Seen;
import dev.countermark.gateway.views.SideBySide;
import dev.countermark.gateway.views.ViewMemory;
import java.time.Clock;
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
import java.util.function.BiConsumer;
import java.util.regex.Matcher;

/**
 * Versions of packages. Besides who asks for one package there is the search, which reads all of a
 * repository and then keeps what is remembered up to date: for it packages are read many at a time.
 */
public final class PackageIndex {
  /** Packages that are listed at a time: others want the readers, too. */
  private static final int AT_ONCE = 64;

  private record Key(RepositoryName repository, String lowerId) {}

  private final Integrity integrity;
  private final Clock clock;
  private final RecordReader<Identity, VersionView> reader;
  private final PackageViews<Key, PackageVersions> views;

  /**
   * @param reads for the independent reads of one package
   */
  public PackageIndex(BlobStore store, Readers reads, ViewMemory memory, Clock clock) {
    this(store, Integrity.alone(store), reads, memory, clock);
  }

  /**
   * @param integrity what is damaged is not seen
   * @param reads for the independent reads of one package
   */
  public PackageIndex(
      BlobStore store, Integrity integrity, Readers reads, ViewMemory memory, Clock clock) {
    this.integrity = integrity;
    this.clock = clock;
    this.reader = new RecordReader<>(store, reads, PackageIndex::identity, this::view);
    this.views = new PackageViews<>(memory, new StoredVersions());
  }

  private final class StoredVersions implements PackageViews.Source<Key, PackageVersions> {
    @Override
    public RepositoryName repository(Key key) {
      return key.repository();
    }

    @Override
    public PackageVersions nothing() {
      return PackageVersions.NONE;
    }

    @Override
    public PackageVersions read(Key key, Seen<PackageVersions> before) {
      return PackageVersions.of(
          reader.below(
              key.repository(),
              NugetKeys.versions(key.repository(), key.lowerId()),
              before.readAt(),
              byIdentity(before.view())));
    }

    @Override
    public int weight(PackageVersions versions) {
      return versions.weight();
    }
  }

  private static Map<Identity, VersionView> byIdentity(PackageVersions versions) {
    Map<Identity, VersionView> known = new HashMap<>();
    versions.ascending().forEach(v -> known.put(v.identity(), v));
    return known;
  }

  /**
   * The visible versions of a package; none when there is no such package.
   *
   * @param lowerId lower-case id
   */
  public PackageVersions find(RepositoryName repository, String lowerId) {
    return views.find(new Key(repository, lowerId));
  }

  /**
   * Like {@link #find}, for who keeps what is remembered up to date himself: the store is asked
   * only for what is not remembered.
   */
  PackageVersions kept(RepositoryName repository, String lowerId) {
    return views.kept(new Key(repository, lowerId));
  }

  /** Reads one version again, if its package is remembered. */
  public void changed(RepositoryName repository, Identity identity) {
    views.changed(
        new Key(repository, identity.id()),
        versions -> versions.with(identity, view(NugetKeys.version(repository, identity))));
  }

  /** Reads packages that are not remembered, many at a time. */
  void load(RepositoryName repository, Collection<String> lowerIds) {
    read(
        repository,
        lowerIds.stream().filter(id -> !views.isRemembered(new Key(repository, id))).toList());
  }

  /** Looks at packages again, whether they are remembered or not, many at a time. */
  void lookAt(RepositoryName repository, Collection<String> lowerIds) {
    read(repository, List.copyOf(lowerIds));
  }

  private void read(RepositoryName repository, List<String> lowerIds) {
    SideBySide reads = reader.sideBySide(repository);
    for (int from = 0; from < lowerIds.size(); from += AT_ONCE) {
      Instant readAt = clock.instant();
      List<Package> chunk =
          lowerIds.subList(from, Math.min(from + AT_ONCE, lowerIds.size())).stream()
              .map(id -> new Package(new Key(repository, id), reads))
              .toList();
      // Readers never wait for each other: what a listing names is read for whoever asked for it.
      List<CompletableFuture<List<BlobStore.Entry>>> listings =
          chunk.stream().map(p -> reads.read(() -> entries(p.key))).toList();
      for (int i = 0; i < chunk.size(); i++) {
        SideBySide.joined(listings.get(i)).forEach(chunk.get(i).records::add);
      }
      chunk.forEach(p -> p.remember(readAt));
    }
  }

  private List<BlobStore.Entry> entries(Key key) {
    List<BlobStore.Entry> entries = new ArrayList<>();
    reader.list(NugetKeys.versions(key.repository(), key.lowerId()), entries::addAll);
    return entries;
  }

  /** What versions are like now, by their records, in order; empty where nobody may see one. */
  List<Optional<VersionView>> now(RepositoryName repository, List<Identity> identities) {
    SideBySide reads = reader.sideBySide(repository);
    List<CompletableFuture<Optional<VersionView>>> found =
        identities.stream()
            .map(identity -> NugetKeys.version(repository, identity))
            .map(key -> reads.read(() -> view(key)))
            .toList();
    return found.stream().map(SideBySide::joined).toList();
  }

  /** Drops all packages of a repository. */
  public void forget(RepositoryName repository) {
    views.forget(repository);
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
    SideBySide reads = reader.sideBySide(repository);
    Deque<Package> open = new ArrayDeque<>();
    reader.list(
        NugetKeys.packages(repository),
        page -> {
          for (BlobStore.Entry entry : page) {
            identity(entry.key())
                .ifPresent(
                    identity -> {
                      Key key = new Key(repository, identity.id());
                      if (open.isEmpty() || !open.getLast().key.equals(key)) {
                        open.add(new Package(key, reads));
                      }
                      open.getLast().records.add(entry);
                    });
          }
          // The last one may go on in the next page; no more than a page is read at a time.
          while (open.size() > 1) {
            seen(open.remove(), readAt, remember, action);
          }
          open.forEach(last -> last.records.await());
        });
    open.forEach(last -> seen(last, readAt, remember, action));
  }

  private static void seen(
      Package read, Instant readAt, boolean remember, BiConsumer<String, PackageVersions> action) {
    action.accept(read.key.lowerId(), remember ? read.remember(readAt) : read.versions());
  }

  /** One package while its records are read. */
  private final class Package {
    private final Key key;
    private final Seen<PackageVersions> before;
    private final RecordReader<Identity, VersionView>.Reading records;

    Package(Key key, SideBySide reads) {
      this.key = key;
      this.before = views.remembered(key);
      this.records = reader.reading(reads, before.readAt(), byIdentity(before.view()));
    }

    PackageVersions versions() {
      return PackageVersions.of(records.visible());
    }

    /** What changed while this was read wins: it was read later. */
    PackageVersions remember(Instant readAt) {
      PackageVersions versions = versions();
      views.remember(key, before, new Seen<>(readAt, versions));
      return versions;
    }
  }

  private Optional<VersionView> view(String key) {
    try {
      return integrity
          .read(key, VersionRecord.class)
          .filter(v -> !integrity.isHeld(key, v.parts().toList()))
          .flatMap(VersionView::of);
    } catch (DamagedException e) {
      return Optional.empty(); // the other versions are told of all the same
    }
  }

  static Optional<Identity> identity(String key) {
    Matcher matcher = NugetKeys.RECORD.matcher(key);
    return matcher.matches() && matcher.group(2).equals("packages")
        ? Identity.find(matcher.group(3), matcher.group(4))
        : Optional.empty();
  }
}
