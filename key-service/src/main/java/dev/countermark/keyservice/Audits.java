package dev.countermark.keyservice;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.keyservice.AuditVerifier.Report;
import dev.countermark.keyservice.KeyServiceException.Code;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/** Has audit chains verified for whoever may ask: one call at a time, for it reads everything. */
public final class Audits {
  private final AuditVerifier verifier;
  private final Denials denials;
  private final Semaphore turn = new Semaphore(1);

  Audits(AuditVerifier verifier, Denials denials) {
    this.verifier = verifier;
    this.denials = denials;
  }

  /**
   * Lets a caller verify.
   *
   * @throws KeyServiceException {@code DENIED}, or {@code CONFLICT} while another one is at it
   */
  public Turn begin(Caller caller, Optional<RepositoryName> only) {
    if (!caller.mayAudit()) {
      denials.record(Optional.of(caller.name()), only, "audit", "not this operation");
      throw new KeyServiceException(
          Code.DENIED,
          caller.name() + " may not have the audit chains verified: its may-audit is not set");
    }
    if (!turn.tryAcquire()) {
      throw new KeyServiceException(
          Code.CONFLICT, "the audit chains are being verified already: ask again after that");
    }
    return new Turn(only);
  }

  /** Of one caller; it ends when he has verified, or when he leaves before. */
  public final class Turn {
    private final Optional<RepositoryName> only;
    private final AtomicBoolean taken = new AtomicBoolean();

    private Turn(Optional<RepositoryName> only) {
      this.only = only;
    }

    /** As {@link AuditVerifier#verify}; once. */
    public long verify(boolean recompute, Report report) {
      if (!taken.compareAndSet(false, true)) {
        throw new IllegalStateException("he has left, or has verified");
      }
      try {
        return verifier.verify(only, recompute, report);
      } finally {
        turn.release();
      }
    }

    /** Nothing more when he has begun: then the end of that is the end. */
    public void leave() {
      if (taken.compareAndSet(false, true)) {
        turn.release();
      }
    }
  }
}
