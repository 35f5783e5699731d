package dev.countermark.keys;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.RepositoryName;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * A key service that must not forget. It makes keys when it is asked for them, so that one whose
 * bucket was restored from a copy of before would sign with another key than consumers trust, and
 * publish that. Here the newest version is noted beside the packages before it signs, and a key
 * service that does not have it is told from one that does: all that was to be signed waits ({@link
 * Obstacle#KEY_LOST}).
 *
 * <p>Costs one look at the note and one call for each key that a process uses; after that nothing,
 * while the key service has what is noted. Thread-safe.
 */
public final class NotedKeys implements KeyClient {
  /** Replicas of the key service may answer so long as if there had been no rotation. */
  private static final Duration STALE = Duration.ofMinutes(1);

  /** Keys that are known to be as noted; beyond that all are dropped and looked at again. */
  private static final int MAX_REMEMBERED = 10_000;

  private record Key(RepositoryName repository, Purpose purpose) {
    String note() {
      return ObjectKeys.knownKey(repository, purpose.label());
    }

    @Override
    public String toString() {
      return purpose + " key of " + repository;
    }
  }

  private final KeyClient keys;
  private final Records records;
  private final Clock clock;
  private final ConcurrentMap<Key, KeyNote> remembered = new ConcurrentHashMap<>();

  /**
   * @param keys the key service
   * @param packages the bucket of what it signs
   */
  public NotedKeys(KeyClient keys, BlobStore packages, Clock clock) {
    this.keys = keys;
    this.records = new Records(packages);
    this.clock = clock;
  }

  @Override
  public void probe() {
    keys.probe();
  }

  @Override
  public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
    PublicKeyVersion current = keys.current(repository, purpose);
    var unused = requireHeld(new Key(repository, purpose), current);
    return current;
  }

  @Override
  public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
    List<PublicKeyVersion> versions = keys.versions(repository, purpose);
    Key key = new Key(repository, purpose);
    versions.stream()
        .filter(PublicKeyVersion::current)
        .forEach(current -> requireHeld(key, current, () -> versions));
    return versions;
  }

  @Override
  public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
    Key key = new Key(repository, purpose);
    if (!remembered.containsKey(key)) {
      PublicKeyVersion current = keys.current(repository, purpose);
      if (requireHeld(key, current).version() > current.version()) {
        throw changing(key);
      }
    }
    SignedBatch batch = keys.sign(repository, purpose, items);
    // Another thread may have seen a rotation that this call came before.
    if (requireHeld(key, batch.key()).version() > batch.key().version()) {
      throw changing(key);
    }
    return batch;
  }

  @Override
  public Optional<Bytes> ocsp(Purpose purpose, Optional<VersionName> certificate, Bytes request) {
    return keys.ocsp(purpose, certificate, request);
  }

  @Override
  public Optional<Bytes> revocations(RepositoryName repository, Purpose purpose) {
    return keys.revocations(repository, purpose);
  }

  private KeyNote requireHeld(Key key, PublicKeyVersion current) {
    return requireHeld(key, current, () -> keys.versions(key.repository(), key.purpose()));
  }

  /**
   * The note; it may be of a newer version that was made just now.
   *
   * @param versions all that the key service has
   */
  private KeyNote requireHeld(
      Key key, PublicKeyVersion current, Supplier<List<PublicKeyVersion>> versions) {
    KeyNote note = noted(key, current, versions);
    if (note.version() > current.version() && note.at().plus(STALE).isBefore(clock.instant())) {
      throw lost(key, note);
    }
    return note;
  }

  /** The note, of this version or of a newer one. */
  private KeyNote noted(
      Key key, PublicKeyVersion version, Supplier<List<PublicKeyVersion>> versions) {
    KeyNote known = remembered.get(key);
    if (known != null && isSame(known, version)) {
      return known;
    }
    // Whoever lost a key for good deletes the note: what is remembered alone refuses nothing.
    Optional<KeyNote> before = records.read(key.note(), KeyNote.class);
    before
        .filter(note -> note.version() < version.version())
        .ifPresent(note -> requireHad(key, note, versions.get()));
    KeyNote note =
        records
            .update(
                key.note(),
                KeyNote.class,
                old ->
                    old.filter(it -> it.version() >= version.version())
                        .or(() -> Optional.of(next(old, version))))
            .orElseThrow();
    if (note.version() == version.version() && !isSame(note, version)) {
      throw lost(key, note);
    }
    if (remembered.size() >= MAX_REMEMBERED) {
      remembered.clear();
    }
    remembered.put(key, note);
    return note;
  }

  private KeyNote next(Optional<KeyNote> old, PublicKeyVersion version) {
    return new KeyNote(
        old.map(KeyNote::generation).orElse(0L) + 1,
        version.version(),
        version.fingerprint(),
        clock.instant().truncatedTo(ChronoUnit.MILLIS));
  }

  private static boolean isSame(KeyNote note, PublicKeyVersion version) {
    return note.version() == version.version() && note.fingerprint().equals(version.fingerprint());
  }

  /** It was rotated since then; so it still has the version of before. */
  private static void requireHad(Key key, KeyNote note, List<PublicKeyVersion> versions) {
    if (versions.stream().anyMatch(v -> v.version() == note.version() && !isSame(note, v))) {
      throw lost(key, note);
    }
  }

  private static Failure changing(Key key) {
    return new Failure.Transient(
        Obstacle.KEY_CHANGING, "the " + key + " was rotated just now", null);
  }

  private static Failure lost(Key key, KeyNote note) {
    return new Failure.Transient(
        Obstacle.KEY_LOST,
        ("the key service does not have version %d of the %s, with the fingerprint %s: restore the"
                + " copy of the keys bucket that was made after that of the packages bucket")
            .formatted(note.version(), key, note.fingerprint()),
        null);
  }
}
