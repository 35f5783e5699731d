package dev.countermark.gateway.swift.view;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.gateway.integrity.DamagedException;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.views.PackageViews;
import dev.countermark.gateway.views.Readers;
import dev.countermark.gateway.views.RecordReader;
import dev.countermark.gateway.views.Seen;
import dev.countermark.gateway.views.ViewMemory;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;

/** Releases of packages, and the packages whose source code is at an address. */
public final class ReleaseIndex {
  /**
   * @param prefix of the records' keys of a package
   */
  private record Key(RepositoryName repository, String prefix) {}

  private final Integrity integrity;
  private final RecordReader<Identity, ReleaseView> reader;
  private final PackageViews<Key, Releases> views;
  private final SourceIndex sources;

  /**
   * @param integrity what is damaged is seen as such
   * @param reads for independent reads
   */
  public ReleaseIndex(
      BlobStore store, Integrity integrity, Readers reads, ViewMemory memory, Clock clock) {
    this.integrity = integrity;
    this.reader = new RecordReader<>(store, reads, ReleaseIndex::identity, this::view);
    this.views = new PackageViews<>(memory, new StoredReleases());
    this.sources = new SourceIndex(store, clock, this::view);
  }

  private final class StoredReleases implements PackageViews.Source<Key, Releases> {
    @Override
    public RepositoryName repository(Key key) {
      return key.repository();
    }

    @Override
    public Releases nothing() {
      return Releases.NONE;
    }

    @Override
    public Releases read(Key key, Seen<Releases> before) {
      Map<Identity, ReleaseView> known = new HashMap<>();
      before.view().ascending().forEach(r -> known.put(r.identity(), r));
      return Releases.of(reader.below(key.repository(), key.prefix(), before.readAt(), known));
    }

    @Override
    public int weight(Releases releases) {
      return releases.weight();
    }
  }

  /**
   * The releases of a package; none when there is no such package.
   *
   * @param lowerId {@code lower-case scope.lower-case name}
   */
  public Releases find(RepositoryName repository, String lowerId) {
    return views.find(new Key(repository, SwiftKeys.releases(repository, lowerId)));
  }

  /**
   * The package whose source code is at an address. Of several that claim it, the one that did so
   * first: who comes later cannot take it away.
   *
   * @param address as people write it
   */
  public Optional<ReleaseView> ofSource(RepositoryName repository, String address) {
    return sources.first(repository, address);
  }

  /** Who says that his source code is where. */
  public SourceIndex sources() {
    return sources;
  }

  /** Reads one release again, where it is remembered. */
  public void changed(RepositoryName repository, Identity identity) {
    views.changed(
        new Key(repository, SwiftKeys.releases(repository, identity.id())),
        releases -> releases.with(identity, view(SwiftKeys.release(repository, identity))));
  }

  /** Drops all releases of a repository. */
  public void forget(RepositoryName repository) {
    views.forget(repository);
  }

  private Optional<ReleaseView> view(String key) {
    try {
      return integrity
          .read(key, ReleaseRecord.class)
          .flatMap(r -> ReleaseView.of(r, integrity.isHeld(key, r.parts().toList())));
    } catch (DamagedException e) {
      return Optional.empty(); // the other releases are told of all the same
    }
  }

  static Optional<Identity> identity(String key) {
    Matcher matcher = SwiftKeys.RELEASE.matcher(key);
    return matcher.matches()
        ? Identity.parse(matcher.group(2) + "/" + matcher.group(3))
        : Optional.empty();
  }
}
