package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Gives the keys bucket from one root secret to another: data keys are wrapped anew, private keys
 * stay encrypted as they are, so that no signature and no certificate changes. For while no key
 * service runs; what was interrupted is ended by running it again.
 */
public final class RootRotation {
  private static final int TOLD_EVERY = 1_000;

  private final BlobStore store;
  private final Records records;
  private final RootSecret former;
  private final RootSecret next;
  private final RootMarker marker;
  private final KeyEnvelope envelope;
  private final OwnAuthorities authorities;
  private long rewrapped;

  public RootRotation(BlobStore store, RootSecret former, RootSecret next) {
    SecureRandom random = new SecureRandom();
    this.store = store;
    this.records = new Records(store);
    this.former = former;
    this.next = next;
    this.marker = new RootMarker(store, random);
    this.envelope = new KeyEnvelope(next, random);
    this.authorities = new OwnAuthorities(store, envelope);
  }

  /**
   * @param progress told how many records were changed so far, now and then
   * @return how many records were changed
   * @throws IllegalStateException when the bucket belongs to neither of the two, or one of its
   *     records does
   */
  public long run(LongConsumer progress) {
    if (former.id().equals(next.id())) {
      throw new IllegalStateException("the former root secret and the next one are the same");
    }
    boolean done = marker.findOrCreate(former).rootId().equals(next.id());
    if (!done) {
      marker.giveTo(former, next);
    }
    // Also when it was done before: a service that still ran may have made keys meanwhile.
    Listing.forEach(store, KeysBucket.AUTHORITIES, key -> count(authority(key), progress));
    Listing.forEach(store, KeysBucket.KEYS, key -> count(version(key), progress));
    if (!done) {
      marker.given(former, next);
    }
    return rewrapped;
  }

  private void count(boolean changed, LongConsumer progress) {
    if (changed && ++rewrapped % TOLD_EVERY == 0) {
      progress.accept(rewrapped);
    }
  }

  private boolean authority(String key) {
    return KeysBucket.authorityOf(key)
        .map(
            purpose -> {
              boolean[] changed = new boolean[1];
              records.update(
                  key,
                  AuthorityRecord.class,
                  old -> {
                    changed[0] = old.filter(r -> isDue(key, r.rootId())).isPresent();
                    return changed[0]
                        ? old.map(r -> authorities.rewrapped(r, purpose, former))
                        : old;
                  });
              return changed[0];
            })
        .orElse(false);
  }

  private boolean version(String key) {
    Optional<KeyScope> scope = KeysBucket.scopeOf(key);
    if (scope.isEmpty() || KeysBucket.versionOf(key).isEmpty()) {
      return false;
    }
    int version = KeysBucket.versionOf(key).getAsInt();
    boolean[] changed = new boolean[1];
    records.update(
        key,
        KeyRecord.class,
        old -> {
          changed[0] = old.filter(r -> isDue(key, r.rootId())).isPresent();
          return changed[0]
              ? old.map(r -> envelope.rewrapped(r, scope.get(), version, former))
              : old;
        });
    return changed[0];
  }

  private boolean isDue(String key, String rootId) {
    if (rootId.equals(next.id())) {
      return false;
    }
    if (!rootId.equals(former.id())) {
      throw new IllegalStateException(
          key + " is wrapped by root secret " + rootId + ", which is neither of the two");
    }
    return true;
  }
}
