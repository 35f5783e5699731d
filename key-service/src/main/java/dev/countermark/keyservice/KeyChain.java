package dev.countermark.keyservice;

import dev.countermark.keyservice.AuditLog.Appendix;
import dev.countermark.keyservice.AuditLog.Head;
import dev.countermark.keyservice.AuditLog.Told;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The audit chains of keys: every version is in its chain before anything that it signed. */
final class KeyChain {
  private final AuditLog audit;

  KeyChain(AuditLog audit) {
    this.audit = audit;
  }

  /**
   * Appends one record to the chain of a key.
   *
   * @param decide as in {@link AuditLog#append}
   */
  <T> T append(KeyScope scope, String caller, Function<Head, Appendix<T>> decide) {
    return audit.append(KeysBucket.chain(scope), scope.toString(), caller, decide);
  }

  /** Tells the versions and promotions that the chain does not know yet. */
  void announce(KeyScope scope, String caller, KeyRing ring) {
    append(scope, caller, head -> with(head, ring, List.of(), ring));
  }

  /**
   * Tells that a version is revoked.
   *
   * @param ring that has the mark
   */
  void revoke(KeyScope scope, String caller, KeyRing ring, AuditRecord.KeyRevoked mark) {
    append(
        scope,
        caller,
        head -> {
          Appendix<KeyRing> appendix = with(head, ring, List.of(mark), ring);
          int revocations = Math.max(head.told().revocations(), ring.revocations().size());
          return new Appendix<>(
              appendix.entries(),
              new Told(appendix.told().keyVersion(), revocations, appendix.told().promotions()),
              ring);
        });
  }

  /**
   * The versions and promotions that the chain does not know yet, for instance because a replica
   * died just then, and after them some entries.
   */
  static <T> Appendix<T> with(
      Head head, KeyRing ring, List<? extends AuditRecord.Entry> entries, T result) {
    List<AuditRecord.Entry> all = new ArrayList<>();
    Told told = head.told();
    for (KeyRecord key : ring.records()) {
      if (key.version() > told.keyVersion()) {
        all.add(
            new AuditRecord.KeyCreated(
                key.version(),
                key.fingerprint(),
                key.createdAt(),
                key.createdBy(),
                key.activeFrom()));
        if (!key.certificates().isEmpty()) {
          all.add(AuditRecord.CertificateIssued.of(key.version(), key.certificates()));
        }
      }
    }
    for (int i = told.promotions(); i < ring.promotions().size(); i++) {
      Promotion promotion = ring.promotions().get(i);
      all.add(
          new AuditRecord.KeyPromoted(
              i + 1,
              promotion.version(),
              ring.records().get(promotion.version() - 1).fingerprint(),
              promotion.activeFrom(),
              promotion.promotedBy()));
    }
    all.addAll(entries);
    return new Appendix<>(
        all,
        new Told(
            Math.max(told.keyVersion(), ring.newest().version()),
            told.revocations(),
            Math.max(told.promotions(), ring.promotions().size())),
        result);
  }
}
