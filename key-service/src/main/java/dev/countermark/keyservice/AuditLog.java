package dev.countermark.keyservice;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.StoredObject;
import dev.countermark.contracts.Failure;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;

/**
 * Appends to audit chains. A record is one object, written by create-once under the next number:
 * whoever loses the race for a number reads the winner's record, decides again and takes the next.
 * So a chain has one order over all replicas, and nothing is returned that is not in it.
 */
final class AuditLog {
  private static final int MAX_HEADS = 10_000;
  private static final int ATTEMPTS = 1_000;

  private final BlobStore store;
  private final AuditSeal seal;
  private final Clock clock;
  private final Cache<String, Head> heads = Caffeine.newBuilder().maximumSize(MAX_HEADS).build();
  // Threads of one replica queue for a chain instead of racing for it through the store.
  private final Stripes locks = new Stripes();
  private final AtomicLong appended = new AtomicLong();
  private final AtomicLong broken = new AtomicLong();

  AuditLog(BlobStore store, AuditSeal seal, Clock clock) {
    this.store = store;
    this.seal = seal;
    this.clock = clock;
  }

  /**
   * The end of a chain as far as known.
   *
   * @param sequence of its last record, 0 when it has none
   * @param hash what the next record links to
   */
  record Head(long sequence, String hash, Told told) {
    static final Head EMPTY = new Head(0, AuditSeal.NOTHING, Told.NOTHING);

    private static Head of(AuditSeal.Opened last) {
      AuditRecord record = last.record();
      return new Head(
          record.sequence(),
          last.hash(),
          new Told(record.keyVersion(), record.revocations(), record.promotions()));
    }
  }

  /**
   * How far a chain has told of its key.
   *
   * @param keyVersion highest version that it has announced, 0 for none
   * @param revocations how many versions it says are revoked
   * @param promotions how many it says there were
   */
  record Told(int keyVersion, int revocations, int promotions) {
    static final Told NOTHING = new Told(0, 0, 0);
  }

  /**
   * What shall follow a head.
   *
   * @param entries empty to append nothing
   * @param told what the chain has told once they are appended
   * @param result handed to the caller once they are
   */
  record Appendix<T>(List<AuditRecord.Entry> entries, Told told, T result) {
    /** The chain stays as it is. */
    static <T> Appendix<T> nothing(Head head, T result) {
      return new Appendix<>(List.of(), head.told(), result);
    }
  }

  /**
   * Appends one record and returns only when it is durable.
   *
   * @param prefix of the chain's keys
   * @param name of the chain, as it stands in its records
   * @param decide what to append; called again with the new head after each lost race
   * @throws Failure.Transient when the store is away; the record may be in the chain or not
   * @throws KeyServiceException {@code AUDIT_BROKEN}
   */
  <T> T append(String prefix, String name, String caller, Function<Head, Appendix<T>> decide) {
    Lock lock = locks.of(prefix);
    lock.lock();
    try {
      Head head = heads.getIfPresent(prefix);
      if (head == null) {
        head = find(prefix, name);
      }
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        Appendix<T> appendix = decide.apply(head);
        if (appendix.entries().isEmpty()) {
          heads.put(prefix, head);
          return appendix.result();
        }
        byte[] sealed =
            seal.seal(
                new AuditRecord(
                    AuditRecord.FORMAT,
                    name,
                    head.sequence() + 1,
                    head.hash(),
                    appendix.told().keyVersion(),
                    appendix.told().revocations(),
                    appendix.told().promotions(),
                    clock.instant(),
                    caller,
                    appendix.entries()));
        if (write(prefix, head.sequence() + 1, sealed)) {
          appended.incrementAndGet();
          heads.put(prefix, new Head(head.sequence() + 1, AuditSeal.hash(sealed), appendix.told()));
          return appendix.result();
        }
        head = readForward(prefix, name, head);
      }
      throw new Failure.Transient("lost the race for the audit chain of " + name, null);
    } catch (RuntimeException e) {
      heads.invalidate(prefix);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /** Records that were appended since the start. */
  long appended() {
    return appended.get();
  }

  /** How often a chain was found broken since the start. */
  long broken() {
    return broken.get();
  }

  /** Whether a chain has any record. */
  boolean isBegun(String prefix) {
    return exists(prefix, 1);
  }

  private boolean write(String prefix, long sequence, byte[] sealed) {
    String key = KeysBucket.audit(prefix, sequence);
    if (store.create(key, sealed).isPresent()) {
      return true;
    }
    // A store client that lost the answer to its first try is told that the object exists: it is
    // ours.
    return store.get(key).map(o -> Arrays.equals(o.content(), sealed)).orElse(false);
  }

  private Head readForward(String prefix, String name, Head from) {
    Head head = from;
    while (true) {
      Optional<StoredObject> next = store.get(KeysBucket.audit(prefix, head.sequence() + 1));
      if (next.isEmpty()) {
        return head;
      }
      AuditSeal.Opened opened = open(prefix, name, head.sequence() + 1, next.get().content());
      if (!opened.record().previous().equals(head.hash())) {
        throw broken(prefix, head.sequence() + 1, "does not follow the one before it");
      }
      head = Head.of(opened);
    }
  }

  /**
   * Finds the last record in about 2 log2(n) looks: chains have no holes and nothing is deleted.
   */
  private Head find(String prefix, String name) {
    long there = 0;
    long absent = 1;
    while (exists(prefix, absent)) {
      there = absent;
      absent *= 2;
    }
    while (absent - there > 1) {
      long middle = there + (absent - there) / 2;
      if (exists(prefix, middle)) {
        there = middle;
      } else {
        absent = middle;
      }
    }
    if (there == 0) {
      return Head.EMPTY;
    }
    long last = there;
    byte[] sealed =
        store
            .get(KeysBucket.audit(prefix, last))
            .orElseThrow(() -> broken(prefix, last, "vanished"))
            .content();
    AuditSeal.Opened opened = open(prefix, name, last, sealed);
    return readForward(prefix, name, Head.of(opened));
  }

  private boolean exists(String prefix, long sequence) {
    return store.head(KeysBucket.audit(prefix, sequence)).isPresent();
  }

  private AuditSeal.Opened open(String prefix, String name, long sequence, byte[] sealed) {
    try {
      AuditSeal.Opened opened = seal.open(sealed);
      if (opened.record().sequence() != sequence) {
        throw broken(prefix, sequence, "says that it is " + opened.record().sequence());
      }
      if (!opened.record().chain().equals(name)) {
        throw broken(prefix, sequence, "says that it belongs to another chain");
      }
      return opened;
    } catch (AuditSeal.BrokenException e) {
      throw broken(prefix, sequence, e.getMessage());
    }
  }

  private KeyServiceException broken(String prefix, long sequence, String what) {
    broken.incrementAndGet();
    return new KeyServiceException(
        KeyServiceException.Code.AUDIT_BROKEN,
        "audit chain " + prefix + ": record " + sequence + " " + what);
  }
}
