package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which root secret the bucket belongs to. Without it a service with another one would make keys
 * beside those that it cannot open, as if nothing had been there.
 */
final class RootMarker {
  private static final byte[] BOUND_TO =
      "countermark root marker\nformat=1\n".getBytes(StandardCharsets.UTF_8);

  private final BlobStore store;
  private final Records records;
  private final SecureRandom random;

  RootMarker(BlobStore store, SecureRandom random) {
    this.store = store;
    this.records = new Records(store);
    this.random = random;
  }

  /**
   * As it lies in the bucket.
   *
   * @param format {@link #FORMAT}; a reader refuses what it does not know
   * @param rootId of the root secret that {@code sealed} opens with
   * @param successor of the root secret that the bucket is being given to; absent at other times
   * @param sealed AES-256-GCM under the root secret: a {@link Content}
   */
  record Marker(int format, String rootId, Optional<String> successor, Bytes sealed) {
    static final int FORMAT = 1;

    Marker {
      successor = successor == null ? Optional.empty() : successor;
    }

    Marker given(Optional<String> to) {
      return new Marker(format, rootId, to, sealed);
    }
  }

  /**
   * @param formerAuditKeys with which the root secrets of before sealed audit records, oldest first
   */
  record Content(List<Bytes> formerAuditKeys) {
    Content {
      formerAuditKeys = List.copyOf(formerAuditKeys);
    }

    /** With the key of one more. */
    Content and(RootSecret former) {
      List<Bytes> all = new ArrayList<>(formerAuditKeys);
      Bytes key = Bytes.of(former.auditKey());
      if (!all.contains(key)) {
        all.add(key);
      }
      return new Content(all);
    }
  }

  Marker sealed(RootSecret root, Content content) {
    return new Marker(
        Marker.FORMAT,
        root.id(),
        Optional.empty(),
        AesGcm.encrypt(random, root.wrappingKey(), Json.write(content), BOUND_TO));
  }

  /**
   * What the bucket remembers of the root secrets of before. A bucket without a marker becomes that
   * of this root secret.
   *
   * @throws IllegalStateException when it is that of another one
   */
  Content claim(RootSecret root) {
    Marker marker = findOrCreate(root);
    if (marker.successor().isPresent()) {
      throw new IllegalStateException(
          "the keys bucket is being given from root secret "
              + marker.rootId()
              + " to "
              + marker.successor().get()
              + ", which did not end: run rewrap again");
    }
    return open(marker, root);
  }

  /** The marker; made when there is none and no key was wrapped by another root secret. */
  Marker findOrCreate(RootSecret root) {
    Optional<Marker> found = find();
    if (found.isEmpty()) {
      wrappedBy().filter(id -> !id.equals(root.id())).ifPresent(id -> refuse(id, root));
      records.create(KeysBucket.ROOT, sealed(root, new Content(List.of())));
      found = find(); // another replica may have been faster
    }
    return found.orElseThrow(() -> new IllegalStateException(KeysBucket.ROOT + " vanished"));
  }

  private Optional<Marker> find() {
    return records.read(KeysBucket.ROOT, Marker.class);
  }

  /**
   * @throws IllegalStateException when another root secret sealed it, or it was altered
   */
  Content open(Marker marker, RootSecret root) {
    if (marker.format() != Marker.FORMAT) {
      throw new IllegalStateException(KeysBucket.ROOT + " has format " + marker.format());
    }
    if (!marker.rootId().equals(root.id())) {
      refuse(marker.rootId(), root);
    }
    try {
      return Json.read(
          AesGcm.decrypt(root.wrappingKey(), marker.sealed(), BOUND_TO), Content.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(KeysBucket.ROOT + " in the keys bucket was altered", e);
    }
  }

  private static void refuse(String id, RootSecret root) {
    throw new IllegalStateException(
        "the keys in the bucket are wrapped by root secret "
            + id
            + ", but countermark.keyservice.root-secret-file has "
            + root.id()
            + ": restore the right one from your backup, or use the bucket that belongs to this one");
  }

  /** Of a bucket of before there was a marker: the root secret of the first key in it. */
  private Optional<String> wrappedBy() {
    for (String prefix : List.of(KeysBucket.AUTHORITIES, KeysBucket.KEYS)) {
      for (BlobStore.Entry entry : store.list(prefix, "", 1_000).entries()) {
        if (KeysBucket.authorityOf(entry.key()).isPresent()) {
          return records.read(entry.key(), AuthorityRecord.class).map(AuthorityRecord::rootId);
        }
        if (KeysBucket.versionOf(entry.key()).isPresent() && prefix.equals(KeysBucket.KEYS)) {
          return records.read(entry.key(), KeyRecord.class).map(KeyRecord::rootId);
        }
      }
    }
    return Optional.empty();
  }

  /** Notes that the bucket is being given to another root secret. */
  void giveTo(RootSecret former, RootSecret next) {
    records.update(
        KeysBucket.ROOT,
        Marker.class,
        old -> {
          Marker marker = old.orElseThrow();
          boolean free = marker.successor().filter(id -> !id.equals(next.id())).isEmpty();
          if (!marker.rootId().equals(former.id()) || !free) {
            throw new IllegalStateException(
                "the keys bucket belongs to root secret "
                    + marker.rootId()
                    + marker.successor().map(id -> ", and is being given to " + id).orElse("")
                    + "; it cannot be given from "
                    + former.id()
                    + " to "
                    + next.id());
          }
          return Optional.of(marker.given(Optional.of(next.id())));
        });
  }

  /** From now on the bucket is that of the next root secret. */
  void given(RootSecret former, RootSecret next) {
    records.update(
        KeysBucket.ROOT,
        Marker.class,
        old -> {
          Marker marker = old.orElseThrow();
          // A store client that lost the answer to its first try is told that something changed.
          return marker.rootId().equals(next.id())
              ? old
              : Optional.of(sealed(next, open(marker, former).and(former)));
        });
  }
}
