package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import dev.countermark.keys.KeyClient.Purpose;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Optional;

/** One replica of the key service: its parts, put together over one bucket. */
public final class KeyService {
  private static final Period ROOT_VALIDITY = Period.ofYears(20);

  private final BlobStore store;
  private final CertificateAuthority nuget;
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
   * When the keys of a purpose are followed by new ones.
   *
   * @param announced how long a new version is published before it signs
   * @param renewBefore how long before the end of its certificate a key is followed by a new one
   */
  public record Rotation(Duration announced, Duration renewBefore) {
    /**
     * @throws IllegalArgumentException when one is negative
     */
    public Rotation {
      if (announced.isNegative() || renewBefore.isNegative()) {
        throw new IllegalArgumentException("a time of rotation is negative");
      }
    }

    /** Of keys without certificates. */
    public static Rotation announced(Duration announced) {
      return new Rotation(announced, Duration.ZERO);
    }
  }

  /**
   * How NuGet keys are made and certified.
   *
   * @param organization {@code O=} of all certificates that are made here
   * @param keyBits of RSA keys of repositories
   * @param rootBits of the RSA key of the installation's own root
   * @param validity of certificates of repositories
   * @param imported an authority that is used instead of an own root
   */
  public record NugetKeys(
      String organization,
      int keyBits,
      int rootBits,
      Period validity,
      Optional<ImportedAuthority> imported) {
    /** NuGet clients refuse smaller keys (NU3014). */
    private static final int MIN_BITS = 2_048;

    /** Larger ones take minutes to make. */
    private static final int MAX_BITS = 8_192;

    private static final int MAX_ORGANIZATION = 64;

    /**
     * @throws IllegalArgumentException naming what is out of range
     */
    public NugetKeys {
      requireBits("key-bits", keyBits);
      requireBits("root-bits", rootBits);
      if (organization.isBlank() || organization.length() > MAX_ORGANIZATION) {
        throw new IllegalArgumentException("organization has 1 to 64 characters");
      }
      if (validity.isZero() || validity.isNegative()) {
        throw new IllegalArgumentException("validity is " + validity);
      }
    }

    private static void requireBits(String what, int bits) {
      if (bits < MIN_BITS || bits > MAX_BITS) {
        throw new IllegalArgumentException(
            what + " is " + MIN_BITS + " to " + MAX_BITS + ", found " + bits);
      }
    }
  }

  /**
   * @param rotations of every purpose
   * @throws IllegalArgumentException when settings do not fit each other
   */
  public KeyService(
      BlobStore store,
      RootSecret root,
      Clock clock,
      Limits limits,
      Map<Purpose, Rotation> rotations,
      NugetKeys nugetKeys) {
    requireRenewable(rotations.get(Purpose.NUGET), nugetKeys, clock);
    SecureRandom random = new SecureRandom();
    AuditSeal seal = new AuditSeal(root);
    KeyEnvelope envelope = new KeyEnvelope(root, random);
    AuditLog audit = new AuditLog(store, seal, clock);
    OwnAuthorities authorities = new OwnAuthorities(store, envelope);
    this.nuget =
        new CertificateAuthority(
            new CertificateProfile(
                Purpose.NUGET,
                nugetKeys.organization(),
                "repository signing",
                nugetKeys.validity(),
                ROOT_VALIDITY,
                () -> RsaKey.generate(random, nugetKeys.rootBits())),
            nugetKeys.imported().map(ImportedAuthority::authority),
            authorities,
            audit,
            new CertificateIssuer(random),
            clock);
    KeyMint mint = new KeyMint(random, nugetKeys.keyBits(), nuget);
    KeyRings rings =
        new KeyRings(
            store, envelope, mint, clock, limits.ringTtl(), limits.keyTtl(), limits.maxKeys());
    KeyChain chain = new KeyChain(audit);
    KeyRotation rotation = new KeyRotation(rings, mint, chain, rotations, clock);
    this.store = store;
    this.denials = new Denials(audit);
    this.custodian = new KeyCustodian(rings, rotation, chain, denials, clock);
    this.verifier = new AuditVerifier(store, seal, new BucketKeys(store, envelope, authorities));
  }

  /** Otherwise every use of a key would make another one. */
  private static void requireRenewable(Rotation rotation, NugetKeys keys, Clock clock) {
    ZonedDateTime now = clock.instant().atZone(ZoneOffset.UTC);
    if (!now.plus(rotation.renewBefore()).isBefore(now.plus(keys.validity()))) {
      throw new IllegalArgumentException(
          "renew-before (%s) is not shorter than validity (%s)"
              .formatted(rotation.renewBefore(), keys.validity()));
    }
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
    nuget.authority();
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
