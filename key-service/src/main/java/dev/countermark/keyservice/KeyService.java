package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Period;
import java.util.Optional;

/** One replica of the key service: its parts, put together over one bucket. */
public final class KeyService {
  private static final int ROOT_YEARS = 20;

  private final BlobStore store;
  private final NugetAuthority authority;
  private final KeyCustodian custodian;
  private final Denials denials;
  private final AuditVerifier verifier;

  /**
   * @param ringTtl how long a rotation made by another replica may stay unseen by readers
   * @param keyTtl how long an unused private key stays in memory
   * @param maxKeys most private keys in memory
   */
  public record Limits(Duration ringTtl, Duration keyTtl, int maxKeys) {}

  /**
   * How NuGet keys are made and certified.
   *
   * @param organization {@code O=} of all certificates
   * @param keyBits of RSA keys of repositories
   * @param rootBits of the RSA key of the installation's own root
   * @param validity of certificates of repositories
   * @param announced how long a new version is published before it signs
   * @param renewBefore how long before the end of its certificate a key is followed by a new one
   * @param imported an authority that is used instead of an own root
   */
  public record NugetKeys(
      String organization,
      int keyBits,
      int rootBits,
      Period validity,
      Duration announced,
      Duration renewBefore,
      Optional<ImportedAuthority> imported) {}

  public KeyService(BlobStore store, RootSecret root, Clock clock, Limits limits, NugetKeys nuget) {
    SecureRandom random = new SecureRandom();
    AuditSeal seal = new AuditSeal(root);
    KeyEnvelope envelope = new KeyEnvelope(root, random);
    AuditLog audit = new AuditLog(store, seal, clock);
    this.authority =
        new NugetAuthority(
            store,
            envelope,
            random,
            clock,
            new NugetAuthority.Terms(
                nuget.organization(), nuget.validity(), nuget.rootBits(), ROOT_YEARS),
            nuget.imported().map(ImportedAuthority::authority));
    KeyRings rings =
        new KeyRings(
            store,
            envelope,
            new KeyMint(random, authority, nuget.keyBits()),
            clock,
            limits.ringTtl(),
            limits.keyTtl(),
            limits.maxKeys());
    this.store = store;
    this.denials = new Denials(audit);
    this.custodian =
        new KeyCustodian(
            rings,
            audit,
            denials,
            new KeyCustodian.Rotation(nuget.announced(), nuget.renewBefore()),
            clock);
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

  /** Makes the root of NuGet certificates now, so that the first push need not wait for it. */
  public void prepare() {
    authority.authority();
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
