package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;

/** One replica of the key service: its parts, put together over one bucket. */
public final class KeyService {
  private final BlobStore store;
  private final KeyCustodian custodian;
  private final Denials denials;
  private final AuditVerifier verifier;

  /**
   * @param ringTtl how long a rotation made by another replica may stay unseen by readers
   * @param keyTtl how long an unused private key stays in memory
   * @param maxKeys most private keys in memory
   */
  public record Limits(Duration ringTtl, Duration keyTtl, int maxKeys) {}

  public KeyService(BlobStore store, RootSecret root, Clock clock, Limits limits) {
    SecureRandom random = new SecureRandom();
    AuditSeal seal = new AuditSeal(root);
    KeyEnvelope envelope = new KeyEnvelope(root, random);
    AuditLog audit = new AuditLog(store, seal, clock);
    KeyRings rings =
        new KeyRings(
            store, envelope, random, clock, limits.ringTtl(), limits.keyTtl(), limits.maxKeys());
    this.store = store;
    this.denials = new Denials(audit);
    this.custodian = new KeyCustodian(rings, audit, denials);
    this.verifier = new AuditVerifier(store, seal, envelope);
  }

  public KeyCustodian custodian() {
    return custodian;
  }

  public Denials denials() {
    return denials;
  }

  public AuditVerifier verifier() {
    return verifier;
  }

  /**
   * Asks the store for something small.
   *
   * @throws dev.countermark.contracts.Failure.Transient when it does not answer
   */
  public void probe() {
    store.head(KeysBucket.PROBE);
  }
}
