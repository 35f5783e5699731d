package dev.countermark.keyservice;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;

/**
 * Finds, makes and promotes the versions of keys. A version is one object, made by create-once, and
 * so is a promotion; the highest version that is active is current, so that there is exactly one,
 * whatever races. Rings are remembered for a short time, and unwrapped private keys for a bounded
 * number of keys.
 */
final class KeyRings {
  private record VersionOf(KeyScope scope, int version) {}

  private final BlobStore store;
  private final Records records;
  private final KeyEnvelope envelope;
  private final KeyMint mint;
  private final Clock clock;
  private final Stripes making = new Stripes();
  private final Cache<KeyScope, KeyRing> rings;
  private final Cache<VersionOf, SigningKey> keys;

  /**
   * @param limits of what is remembered; signatures see a rotation at once, whatever they are,
   *     through the audit chain
   */
  KeyRings(
      BlobStore store, KeyEnvelope envelope, KeyMint mint, Clock clock, KeyService.Limits limits) {
    this.store = store;
    this.records = new Records(store);
    this.envelope = envelope;
    this.mint = mint;
    this.clock = clock;
    this.rings =
        Caffeine.newBuilder()
            .maximumSize(limits.maxKeys())
            .expireAfterWrite(limits.ringTtl())
            .build();
    this.keys =
        Caffeine.newBuilder()
            .maximumSize(limits.maxKeys())
            .expireAfterAccess(limits.keyTtl())
            .build();
  }

  /**
   * A ring, and whether this very call made its key.
   *
   * @param created then nobody else may have told the audit chain
   */
  record Found(KeyRing ring, boolean created) {}

  /** The ring of a scope, perhaps from memory; its key is made when there is none. */
  Found getOrCreate(KeyScope scope, String caller) {
    KeyRing known = rings.getIfPresent(scope);
    if (known != null) {
      return new Found(known, false);
    }
    KeyRing ring = load(scope);
    if (ring != null) {
      rings.put(scope, ring);
      return new Found(ring, false);
    }
    return alone(scope, () -> create(scope, caller));
  }

  private Found create(KeyScope scope, String caller) {
    KeyRing made = rings.getIfPresent(scope);
    if (made != null) {
      return new Found(made, false);
    }
    // A chain without keys: they were made by somebody just now, or they are lost. A lost key must
    // not be replaced in silence: what it signed would stop verifying.
    boolean hadKeys = store.head(KeysBucket.audit(KeysBucket.chain(scope), 1)).isPresent();
    boolean created = !hadKeys && create(scope, 1, caller, Activation.AT_ONCE);
    return new Found(reload(scope), created);
  }

  /**
   * Runs what may make a version of a key, one thread of this replica after the other: making one
   * takes a second or so where it is RSA, and the second thread finds what the first has made.
   */
  <T> T alone(KeyScope scope, Supplier<T> work) {
    Lock lock = making.of(scope);
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  /** The ring of a scope as the bucket has it now. */
  KeyRing reload(KeyScope scope) {
    KeyRing ring = load(scope);
    if (ring == null) {
      throw new KeyServiceException(
          KeyServiceException.Code.RECORD_UNUSABLE, "the key records of " + scope + " vanished");
    }
    rings.put(scope, ring);
    return ring;
  }

  /** The ring of a scope as the bucket has it now; never makes one. */
  Optional<KeyRing> find(KeyScope scope) {
    return Optional.ofNullable(load(scope));
  }

  /** When a version begins to sign. */
  @FunctionalInterface
  interface Activation {
    Activation AT_ONCE = now -> now;

    /** A spare. */
    Activation ONCE_PROMOTED = now -> KeyRecord.UNTIL_PROMOTED;

    /**
     * @param now when the version is made
     */
    Instant from(Instant now);
  }

  /**
   * Makes a version.
   *
   * @return false when another call made it first
   */
  boolean create(KeyScope scope, int version, String caller, Activation activation) {
    KeyMint.Minted minted = mint.make(scope, version);
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Optional<Instant> activeFrom =
        Optional.of(activation.from(now)).filter(from -> from.isAfter(now));
    KeyRecord record =
        envelope.seal(
            minted.key(),
            scope,
            version,
            new KeyEnvelope.Origin(now, caller),
            new KeyEnvelope.Terms(minted.certificates(), activeFrom));
    boolean created = records.create(KeysBucket.version(scope, version), record);
    if (created) {
      keys.put(new VersionOf(scope, version), minted.key());
    }
    return created;
  }

  /**
   * Has a version sign that was made before its time.
   *
   * @param ring what the decision was taken by
   * @return false when somebody else promoted one since then
   */
  boolean promote(KeyScope scope, KeyRing ring, KeyRecord version, Activation when, String caller) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    return records.create(
        KeysBucket.promotion(scope, ring.promotions().size() + 1),
        new Promotion(version.version(), when.from(now), now, caller));
  }

  /** Marks a version as revoked; the first mark stays. */
  void revoke(KeyScope scope, int version, String caller) {
    records.create(
        KeysBucket.revocation(scope, version),
        new Revocation(clock.instant().truncatedTo(ChronoUnit.MILLIS), caller));
  }

  /** The private key of a record. */
  SigningKey open(KeyScope scope, KeyRecord record) {
    VersionOf id = new VersionOf(scope, record.version());
    SigningKey known = keys.getIfPresent(id);
    // A record that somebody exchanged in the bucket must not be answered from memory.
    if (known != null && known.spki().equals(record.spki())) {
      return known;
    }
    SigningKey key = envelope.open(record, scope, record.version());
    keys.put(id, key);
    return key;
  }

  /** Null when there is no version yet. */
  private KeyRing load(KeyScope scope) {
    TreeSet<Integer> versions = new TreeSet<>();
    List<Promotion> promotions = new ArrayList<>();
    Map<Integer, Revocation> revocations = new HashMap<>();
    Listing.forEach(
        store,
        KeysBucket.versions(scope),
        key -> {
          KeysBucket.versionOf(key).ifPresent(versions::add);
          OptionalInt promoted = KeysBucket.promotionOf(key);
          if (promoted.isPresent()) {
            promotions.add(promotion(scope, promoted.getAsInt(), promotions.size() + 1));
          }
          OptionalInt revoked = KeysBucket.revokedVersionOf(key);
          if (revoked.isPresent()) {
            records
                .read(key, Revocation.class)
                .ifPresent(revocation -> revocations.put(revoked.getAsInt(), revocation));
          }
        });
    if (versions.isEmpty()) {
      return null;
    }
    List<KeyRecord> found = new ArrayList<>();
    Map<Integer, Instant> ends = new HashMap<>();
    for (int version : versions) {
      KeyRecord record = read(scope, version, found.size() + 1);
      found.add(record);
      if (!record.certificates().isEmpty()) {
        ends.put(
            version, Certificates.read(record.certificates().get(0)).getNotAfter().toInstant());
      }
    }
    return new KeyRing(found, promotions, revocations, ends);
  }

  /** A lost mark would have an older key sign again. */
  private Promotion promotion(KeyScope scope, int number, int expected) {
    return Optional.of(number)
        .filter(it -> it == expected)
        .flatMap(it -> records.read(KeysBucket.promotion(scope, it), Promotion.class))
        .orElseThrow(
            () ->
                new KeyServiceException(
                    KeyServiceException.Code.RECORD_UNUSABLE,
                    "promotion " + expected + " of " + scope + " is missing from the bucket"));
  }

  private KeyRecord read(KeyScope scope, int version, int expected) {
    KeyRecord record =
        version != expected
            ? null
            : records.read(KeysBucket.version(scope, version), KeyRecord.class).orElse(null);
    if (record == null || record.version() != version) {
      throw new KeyServiceException(
          KeyServiceException.Code.RECORD_UNUSABLE,
          "version " + expected + " of " + scope + " is missing from the bucket");
    }
    // Opening proves the public half too: what is published is what the root secret vouches for.
    open(scope, record);
    return record;
  }
}
