package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.keys.KeyClient.Purpose;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Reads, for the verification of audit chains, what the bucket has of the keys they tell of. */
final class BucketKeys {
  private final BlobStore store;
  private final Records records;
  private final KeyEnvelope envelope;
  private final OwnAuthorities authorities;

  BucketKeys(BlobStore store, KeyEnvelope envelope, OwnAuthorities authorities) {
    this.store = store;
    this.records = new Records(store);
    this.envelope = envelope;
    this.authorities = authorities;
  }

  /**
   * One version.
   *
   * @param certificates DER, that of the key first; may be empty
   * @param activeFrom absent: at once
   */
  record Version(SigningKey key, List<Bytes> certificates, Optional<Instant> activeFrom) {
    boolean isActive(Instant at) {
      return activeFrom.map(from -> !at.isBefore(from)).orElse(true);
    }
  }

  /**
   * What belongs to one chain.
   *
   * @param versions that can be opened, by number
   * @param revoked which of them are marked
   * @param promotions in their order
   */
  record Found(Map<Integer, Version> versions, Set<Integer> revoked, List<Promotion> promotions) {
    static final Found NOTHING = new Found(Map.of(), Set.of(), List.of());
  }

  /**
   * The versions of a repository's key.
   *
   * @param broken told what cannot be used, and why
   */
  Found of(KeyScope scope, Consumer<String> broken) {
    Map<Integer, Version> versions = new HashMap<>();
    Set<Integer> revoked = new TreeSet<>();
    List<Promotion> promotions = promotions(scope, broken);
    Listing.forEach(
        store,
        KeysBucket.versions(scope),
        key -> {
          OptionalInt version = KeysBucket.versionOf(key);
          if (version.isEmpty()) {
            KeysBucket.revokedVersionOf(key).ifPresent(revoked::add);
            return;
          }
          try {
            KeyRecord record = records.read(key, KeyRecord.class).orElseThrow();
            SigningKey opened = envelope.open(record, scope, version.getAsInt());
            requireChain(opened, record.certificates());
            versions.put(
                version.getAsInt(),
                new Version(opened, record.certificates(), KeyRing.activeFrom(record, promotions)));
          } catch (RuntimeException e) {
            broken.accept("key version " + version.getAsInt() + ": " + e.getMessage());
          }
        });
    return new Found(versions, revoked, promotions);
  }

  private List<Promotion> promotions(KeyScope scope, Consumer<String> broken) {
    List<Promotion> promotions = new ArrayList<>();
    Listing.forEach(
        store,
        KeysBucket.versions(scope),
        key -> {
          OptionalInt number = KeysBucket.promotionOf(key);
          if (number.isPresent()) {
            try {
              promotions.add(records.read(key, Promotion.class).orElseThrow());
            } catch (RuntimeException e) {
              broken.accept("promotion " + number.getAsInt() + ": " + e.getMessage());
            }
          }
        });
    return promotions;
  }

  /** The one version of the installation's own authority; nothing where it was imported. */
  Found ofAuthority(Purpose purpose, Consumer<String> broken) {
    try {
      return authorities
          .find(purpose)
          .map(OwnAuthorities.Own::authority)
          .map(it -> new Version(it.key(), it.encodedChain(), Optional.empty()))
          .map(version -> new Found(Map.of(1, version), Set.of(), List.of()))
          .orElse(Found.NOTHING);
    } catch (RuntimeException e) {
      broken.accept(e.getMessage());
      return Found.NOTHING;
    }
  }

  private static void requireChain(SigningKey key, List<Bytes> certificates) {
    List<X509Certificate> chain = certificates.stream().map(Certificates::read).toList();
    if (chain.isEmpty()) {
      return;
    }
    if (!key.spki().equals(Bytes.of(chain.get(0).getPublicKey().getEncoded()))) {
      throw new IllegalArgumentException("its certificate is that of another key");
    }
    for (int i = 0; i < chain.size(); i++) {
      try {
        chain.get(i).verify(chain.get(Math.min(i + 1, chain.size() - 1)).getPublicKey());
      } catch (GeneralSecurityException e) {
        throw new IllegalArgumentException("its certificates are no chain up to a root", e);
      }
    }
  }
}
