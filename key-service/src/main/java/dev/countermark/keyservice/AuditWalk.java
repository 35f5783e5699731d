package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Bytes;
import dev.countermark.keyservice.AuditVerifier.Break;
import dev.countermark.keyservice.AuditVerifier.Chain;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/** Follows one audit chain, once. */
final class AuditWalk {
  /**
   * From the choice of a key to the record of its signature at most, and the most that the clocks
   * of two replicas differ.
   */
  private static final Duration SIGNING_TIME = Duration.ofMinutes(1);

  private final BlobStore store;
  private final AuditSeal seal;
  private final String name;
  private final String prefix;
  private final boolean recompute;
  private final AuditVerifier.Report report;
  private final Set<Integer> certified = new HashSet<>();
  private final Set<Integer> revoked = new HashSet<>();
  private BucketKeys.Found keys = BucketKeys.Found.NOTHING;
  private long sequence;
  private String hash = AuditSeal.NOTHING;
  private int announced;
  private int promoted;
  private long signatures;
  private long breaks;

  /**
   * @param name of the chain, as it stands in its records
   * @param prefix of its keys
   * @param recompute makes every signature again, compares and verifies it
   */
  AuditWalk(
      BlobStore store,
      AuditSeal seal,
      String name,
      String prefix,
      boolean recompute,
      AuditVerifier.Report report) {
    this.store = store;
    this.seal = seal;
    this.name = name;
    this.prefix = prefix;
    this.recompute = recompute;
    this.report = report;
  }

  /** Counts and reports a place that does not hold. */
  void broken(String what) {
    breaks++;
    report.broken(new Break(name, what));
  }

  /**
   * Goes from the first record to the last.
   *
   * @param found what the bucket has of the keys that the chain tells of
   */
  Chain over(BucketKeys.Found found) {
    keys = found;
    Listing.forEach(store, prefix, this::visit);
    keys.versions().keySet().stream()
        .max(Integer::compare)
        .filter(newest -> newest > announced)
        .ifPresent(
            newest ->
                broken(
                    "the chain ends before the key's version "
                        + newest
                        + " (a key service that died just then adds it at the next signature)"));
    keys.versions().forEach(this::requireCertified);
    for (int i = promoted; i < keys.promotions().size(); i++) {
      broken(
          "no record tells that version "
              + keys.promotions().get(i).version()
              + " was promoted (a key service that died just then adds it at the next signature)");
    }
    keys.revoked().stream()
        .filter(version -> !revoked.contains(version))
        .forEach(version -> broken("no record tells that version " + version + " is revoked"));
    return new Chain(name, sequence, signatures, hash, breaks);
  }

  private void requireCertified(int version, BucketKeys.Version key) {
    if (version <= announced && !key.certificates().isEmpty() && !certified.contains(version)) {
      broken("no record tells of the certificate of version " + version);
    }
  }

  private void visit(String key) {
    long number = KeysBucket.sequenceOf(prefix, key);
    if (number < 0) {
      return; // A half-written file of the store, not a record.
    }
    report.goesOn();
    if (number != sequence + 1) {
      broken(
          number == sequence + 2
              ? "record " + (sequence + 1) + " is missing"
              : "records " + (sequence + 1) + " to " + (number - 1) + " are missing");
    }
    boolean follows = number == sequence + 1;
    sequence = number;
    byte[] sealed = store.get(key).map(BlobStore.StoredObject::content).orElse(new byte[0]);
    AuditSeal.Opened opened;
    try {
      opened = seal.open(sealed);
    } catch (AuditSeal.BrokenException e) {
      broken("record " + number + " " + e.getMessage());
      hash = "";
      return;
    }
    AuditRecord record = opened.record();
    if (follows && !hash.isEmpty() && !record.previous().equals(hash)) {
      broken("record " + number + " does not follow the one before it");
    }
    if (!record.chain().equals(name) || record.sequence() != number) {
      broken(
          "record " + number + " was moved here from " + record.chain() + " " + record.sequence());
    }
    hash = opened.hash();
    record.entries().forEach(entry -> check(number, record.at(), entry));
    if (record.keyVersion() != announced) {
      broken(
          "record "
              + number
              + " says version "
              + record.keyVersion()
              + " is announced, found "
              + announced);
      announced = record.keyVersion();
    }
    if (record.promotions() != promoted) {
      broken(
          "record "
              + number
              + " says that there were "
              + record.promotions()
              + " promotions, found "
              + promoted);
      promoted = record.promotions();
    }
  }

  private void check(long number, Instant at, AuditRecord.Entry entry) {
    if (entry instanceof AuditRecord.KeyCreated created) {
      checkCreated(number, created);
    } else if (entry instanceof AuditRecord.CertificateIssued issued) {
      checkIssued(number, issued);
    } else if (entry instanceof AuditRecord.RootCreated root) {
      checkRoot(number, root);
    } else if (entry instanceof AuditRecord.KeyPromoted promotion) {
      checkPromoted(number, promotion);
    } else if (entry instanceof AuditRecord.KeyRevoked mark) {
      checkKey(number, mark.version(), mark.fingerprint());
      revoked.add(mark.version());
      if (!keys.revoked().contains(mark.version())) {
        broken("the mark that version " + mark.version() + " is revoked is missing");
      }
    } else if (entry instanceof AuditRecord.Signed signed) {
      signatures++;
      checkSigned(number, at, signed);
    }
  }

  private void checkCreated(long number, AuditRecord.KeyCreated created) {
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
  }

  private void checkPromoted(long number, AuditRecord.KeyPromoted promotion) {
    checkKey(number, promotion.version(), promotion.fingerprint());
    boolean marked =
        promotion.number() == promoted + 1
            && promoted < keys.promotions().size()
            && keys.promotions().get(promoted).version() == promotion.version()
            && keys.promotions().get(promoted).activeFrom().equals(promotion.activeFrom());
    promoted = Math.max(promoted, promotion.number());
    if (!marked) {
      broken("the mark that version " + promotion.version() + " was promoted is missing");
    }
  }

  private void checkIssued(long number, AuditRecord.CertificateIssued issued) {
    certified.add(issued.version());
    BucketKeys.Version key = keys.versions().get(issued.version());
    if (key == null
        || key.certificates().isEmpty()
        || !AuditRecord.CertificateIssued.of(issued.version(), key.certificates()).equals(issued)) {
      broken(
          "record "
              + number
              + " names a certificate of version "
              + issued.version()
              + " that the bucket lacks");
    }
  }

  private void checkRoot(long number, AuditRecord.RootCreated root) {
    BucketKeys.Version authority = keys.versions().get(1);
    if (authority == null
        || authority.certificates().isEmpty()
        || !AuditRecord.RootCreated.of(authority.certificates()).equals(root)) {
      broken("record " + number + " names a root that the bucket lacks");
    }
  }

  private void checkSigned(long number, Instant at, AuditRecord.Signed signed) {
    if (revoked.contains(signed.keyVersion())) {
      broken(
          "record "
              + number
              + " has a signature by version "
              + signed.keyVersion()
              + ", which was revoked before");
    } else if (!wasCurrent(signed.keyVersion(), at)) {
      broken(
          "record "
              + number
              + " has a signature by version "
              + signed.keyVersion()
              + ", which was not the current one of "
              + announced);
    }
    checkKey(number, signed.keyVersion(), signed.fingerprint());
    if (recompute) {
      checkSignature(number, signed);
    }
  }

  /** In force, while every later version was announced only, or revoked. */
  private boolean wasCurrent(int version, Instant at) {
    Map<Integer, BucketKeys.Version> versions = keys.versions();
    if (version > announced
        || versions.containsKey(version)
            && !versions.get(version).isActive(at.plus(SIGNING_TIME))) {
      return false;
    }
    for (int later = version + 1; later <= announced; later++) {
      BucketKeys.Version key = versions.get(later);
      if (!revoked.contains(later) && (key == null || key.isActive(at.minus(SIGNING_TIME)))) {
        return false;
      }
    }
    return true;
  }

  private void checkKey(long number, int version, String fingerprint) {
    BucketKeys.Version key = keys.versions().get(version);
    if (key == null || !key.key().fingerprint().equals(fingerprint)) {
      broken("record " + number + " names a key version " + version + " that the bucket lacks");
    }
  }

  private void checkSignature(long number, AuditRecord.Signed signed) {
    BucketKeys.Version version = keys.versions().get(signed.keyVersion());
    if (version == null) {
      return; // Reported by checkKey.
    }
    Bytes hashed = Bytes.of(HexFormat.of().parseHex(signed.hash()));
    Bytes again = version.key().sign(hashed);
    if (!Hashes.sha256Hex(again.toArray()).equals(signed.signature())
        || !version.key().verifies(hashed, again)) {
      broken(
          "record " + number + " has a signature of " + signed.purl() + " that is not the key's");
    }
  }
}
