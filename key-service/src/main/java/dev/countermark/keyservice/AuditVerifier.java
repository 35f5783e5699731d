package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.Entry;
import dev.countermark.blobs.BlobStore.Page;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads audit chains from their first record to their last and reports every place where one does
 * not hold: missing, altered, moved or reordered records, keys that the chain does not know,
 * signatures that the key does not make. What was cut off the end of a chain leaves no trace in it:
 * note the head that is printed, and compare.
 */
public final class AuditVerifier {
  static final String DENIALS = "denials";

  private static final int PAGE = 1_000;

  /** From the choice of a key to the record of its signature, at most. */
  private static final Duration SIGNING_TIME = Duration.ofMinutes(1);

  private final BlobStore store;
  private final Records records;
  private final AuditSeal seal;
  private final KeyEnvelope envelope;

  AuditVerifier(BlobStore store, AuditSeal seal, KeyEnvelope envelope) {
    this.store = store;
    this.records = new Records(store);
    this.seal = seal;
    this.envelope = envelope;
  }

  /**
   * One chain, read to its end.
   *
   * @param length number of its last record, 0 when it has none
   * @param signatures how many it accounts for
   * @param head SHA-256 of the last record's JSON line, lower-case hexadecimal
   * @param breaks how many places do not hold
   */
  public record Chain(String name, long length, long signatures, String head, long breaks) {}

  /**
   * A place that does not hold.
   *
   * @param chain whose
   * @param what says where and why
   */
  public record Break(String chain, String what) {}

  /**
   * @param only one repository; absent for all, and the chain of denials
   * @param recompute makes every signature again and compares; needs the root secret of all keys
   * @param onBreak called for each place that does not hold, as it is found
   * @param onChain called for each chain when it was read
   * @return how many places do not hold
   */
  public long verify(
      Optional<RepositoryName> only,
      boolean recompute,
      Consumer<Break> onBreak,
      Consumer<Chain> onChain) {
    long breaks = 0;
    for (KeyScope scope : scopes(only)) {
      breaks += new Walk(scope.toString(), Optional.of(scope), recompute, onBreak).run(onChain);
    }
    if (only.isEmpty()) {
      breaks += new Walk(DENIALS, Optional.empty(), false, onBreak).run(onChain);
    }
    return breaks;
  }

  /** Of all chains and of all keys: a key whose chain is gone must be noticed. */
  private Set<KeyScope> scopes(Optional<RepositoryName> only) {
    Set<KeyScope> scopes = new LinkedHashSet<>();
    String audit = only.map(KeysBucket::chains).orElse(KeysBucket.AUDIT);
    String after = "";
    while (true) {
      Page page = store.list(audit, after, 1);
      if (page.entries().isEmpty()) {
        break;
      }
      String key = page.entries().get(0).key();
      Optional<KeyScope> scope = KeysBucket.scopeOf(key);
      scope.ifPresent(scopes::add);
      after = scope.map(s -> KeysBucket.afterChain(KeysBucket.chain(s))).orElse(key);
    }
    String keys = only.map(KeysBucket::keys).orElse(KeysBucket.KEYS);
    forEachKey(keys, key -> KeysBucket.scopeOf(key).ifPresent(scopes::add));
    return scopes;
  }

  private void forEachKey(String prefix, Consumer<String> action) {
    String after = "";
    Page page;
    do {
      page = store.list(prefix, after, PAGE);
      for (Entry entry : page.entries()) {
        action.accept(entry.key());
        after = entry.key();
      }
    } while (page.more());
  }

  /** Follows one chain. */
  private final class Walk {
    private final String name;
    private final String prefix;
    private final Optional<KeyScope> scope;
    private final boolean recompute;
    private final Consumer<Break> onBreak;
    private final Map<Integer, KeyRecord> keys = new HashMap<>();
    private final Map<Integer, SigningKey> opened = new HashMap<>();
    private final Set<Integer> revoked = new LinkedHashSet<>();
    private long sequence;
    private String hash = AuditSeal.NOTHING;
    private int announced;
    private long signatures;
    private long breaks;

    Walk(String name, Optional<KeyScope> scope, boolean recompute, Consumer<Break> onBreak) {
      this.name = name;
      this.prefix = scope.map(KeysBucket::chain).orElse(KeysBucket.DENIALS);
      this.scope = scope;
      this.recompute = recompute;
      this.onBreak = onBreak;
    }

    long run(Consumer<Chain> onChain) {
      scope.ifPresent(this::readKeys);
      forEachKey(prefix, this::visit);
      if (keys.keySet().stream().anyMatch(version -> version > announced)) {
        broken(
            "the chain ends before the key's version "
                + keys.keySet().stream().max(Integer::compare).orElseThrow()
                + " (a key service that died just then adds it at the next signature)");
      }
      onChain.accept(new Chain(name, sequence, signatures, hash, breaks));
      return breaks;
    }

    private void broken(String what) {
      breaks++;
      onBreak.accept(new Break(name, what));
    }

    private void readKeys(KeyScope of) {
      forEachKey(
          KeysBucket.versions(of),
          key -> {
            OptionalInt version = KeysBucket.versionOf(key);
            if (version.isEmpty()) {
              KeysBucket.revokedVersionOf(key).ifPresent(revoked::add);
              return;
            }
            try {
              KeyRecord record = records.read(key, KeyRecord.class).orElseThrow();
              opened.put(version.getAsInt(), envelope.open(record, of, version.getAsInt()));
              keys.put(version.getAsInt(), record);
            } catch (RuntimeException e) {
              broken("key version " + version.getAsInt() + ": " + e.getMessage());
            }
          });
    }

    private void visit(String key) {
      long number = KeysBucket.sequenceOf(prefix, key);
      if (number < 0) {
        return; // A half-written file of the store, not a record.
      }
      if (number != sequence + 1) {
        broken(
            number == sequence + 2
                ? "record " + (sequence + 1) + " is missing"
                : "records " + (sequence + 1) + " to " + (number - 1) + " are missing");
      }
      boolean follows = number == sequence + 1;
      sequence = number;
      byte[] sealed = store.get(key).map(BlobStore.StoredObject::content).orElse(new byte[0]);
      AuditSeal.Opened record;
      try {
        record = seal.open(sealed);
      } catch (AuditSeal.BrokenException e) {
        broken("record " + number + " " + e.getMessage());
        hash = "";
        return;
      }
      if (follows && !hash.isEmpty() && !record.record().previous().equals(hash)) {
        broken("record " + number + " does not follow the one before it");
      }
      if (!record.record().chain().equals(name) || record.record().sequence() != number) {
        broken(
            "record "
                + number
                + " was moved here from "
                + record.record().chain()
                + " "
                + record.record().sequence());
      }
      hash = record.hash();
      record.record().entries().forEach(entry -> check(number, record.record().at(), entry));
      if (record.record().keyVersion() != announced) {
        broken(
            "record "
                + number
                + " says version "
                + record.record().keyVersion()
                + " is announced, found "
                + announced);
        announced = record.record().keyVersion();
      }
    }

    private void check(long number, Instant at, AuditRecord.Entry entry) {
      if (entry instanceof AuditRecord.KeyCreated created) {
        if (created.version() != announced + 1) {
          broken(
              "record "
                  + number
                  + " announces version "
                  + created.version()
                  + " after version "
                  + announced);
        }
        announced = Math.max(announced, created.version());
        checkKey(number, created.version(), created.fingerprint());
      } else if (entry instanceof AuditRecord.KeyRevoked mark) {
        checkKey(number, mark.version(), mark.fingerprint());
        if (!revoked.contains(mark.version())) {
          broken("the mark that version " + mark.version() + " is revoked is missing");
        }
      } else if (entry instanceof AuditRecord.Signed signed) {
        signatures++;
        if (!wasCurrent(signed.keyVersion(), at)) {
          broken(
              "record "
                  + number
                  + " has a signature by version "
                  + signed.keyVersion()
                  + " while version "
                  + announced
                  + " was current");
        }
        checkKey(number, signed.keyVersion(), signed.fingerprint());
        if (recompute) {
          checkSignature(number, signed);
        }
      }
    }

    /** Every later version was announced only. */
    private boolean wasCurrent(int version, Instant at) {
      if (version > announced) {
        return false;
      }
      for (int later = version + 1; later <= announced; later++) {
        KeyRecord key = keys.get(later);
        if (key == null || key.isActive(at.minus(SIGNING_TIME))) {
          return false;
        }
      }
      return true;
    }

    private void checkKey(long number, int version, String fingerprint) {
      KeyRecord key = keys.get(version);
      if (key == null || !key.fingerprint().equals(fingerprint)) {
        broken("record " + number + " names a key version " + version + " that the bucket lacks");
      }
    }

    private void checkSignature(long number, AuditRecord.Signed signed) {
      SigningKey key = opened.get(signed.keyVersion());
      if (key == null) {
        return; // Reported by checkKey.
      }
      Bytes again = key.sign(Bytes.of(HexFormat.of().parseHex(signed.hash())));
      if (!Hashes.sha256Hex(again.toArray()).equals(signed.signature())) {
        broken(
            "record " + number + " has a signature of " + signed.purl() + " that is not the key's");
      }
    }
  }
}
