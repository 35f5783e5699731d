package dev.countermark.keyservice;

import dev.countermark.keyservice.AuditLog.Appendix;
import dev.countermark.keyservice.AuditLog.Head;
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

  /** Tells the versions that the chain does not know yet. */
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
          int revocations = Math.max(head.revocations(), ring.revocations().size());
          return new Appendix<>(appendix.entries(), appendix.keyVersion(), revocations, ring);
        });
  }

  /**
   * The versions that the chain does not know yet, for instance because a replica died just then,
   * and after them some entries.
   */
  static <T> Appendix<T> with(
      Head head, KeyRing ring, List<? extends AuditRecord.Entry> entries, T result) {
    List<AuditRecord.Entry> all = new ArrayList<>();
    for (KeyRecord key : ring.records()) {
      if (key.version() > head.keyVersion()) {
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
    all.addAll(entries);
    return new Appendix<>(
        all, Math.max(head.keyVersion(), ring.newest().version()), head.revocations(), result);
  }
}
