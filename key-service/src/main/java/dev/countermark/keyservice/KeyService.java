package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import dev.countermark.keys.KeyClient.Purpose;
import java.net.URI;
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
  private static final int MAX_ORGANIZATION = 64;

  private final BlobStore store;
  private final Map<Purpose, CertificateAuthority> authorities;
  private final KeyCustodian custodian;
  private final Denials denials;
  private final AuditVerifier verifier;
  private final OcspResponder responder;

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

    /**
     * @throws IllegalArgumentException naming what is out of range
     */
    public NugetKeys {
      requireBits("key-bits", keyBits);
      requireBits("root-bits", rootBits);
      requireTerms(organization, validity);
    }

    private static void requireBits(String what, int bits) {
      if (bits < MIN_BITS || bits > MAX_BITS) {
        throw new IllegalArgumentException(
            what + " is " + MIN_BITS + " to " + MAX_BITS + ", found " + bits);
      }
    }
  }

  /**
   * How Swift keys are certified.
   *
   * @param organization {@code O=} of all certificates that are made here
   * @param validity of certificates of repositories; nothing bridges its end, as signatures carry
   *     no timestamps
   * @param imported an authority that is used instead of an own root and intermediate
   * @param responder base address of the OCSP responder as clients reach it; absent: there is none
   */
  public record SwiftKeys(
      String organization,
      Period validity,
      Optional<ImportedAuthority> imported,
      Optional<URI> responder) {
    /**
     * @throws IllegalArgumentException naming what is out of range
     */
    public SwiftKeys {
      requireTerms(organization, validity);
    }
  }

  private static void requireTerms(String organization, Period validity) {
    if (organization.isBlank() || organization.length() > MAX_ORGANIZATION) {
      throw new IllegalArgumentException("organization has 1 to 64 characters");
    }
    if (validity.isZero() || validity.isNegative()) {
      throw new IllegalArgumentException("validity is " + validity);
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
      NugetKeys nugetKeys,
      SwiftKeys swiftKeys) {
    requireRenewable(rotations.get(new Purpose("nuget")), nugetKeys.validity(), clock);
    requireRenewable(rotations.get(new Purpose("swift")), swiftKeys.validity(), clock);
    SecureRandom random = new SecureRandom();
    AuditSeal seal = new AuditSeal(root);
    KeyEnvelope envelope = new KeyEnvelope(root, random);
    AuditLog audit = new AuditLog(store, seal, clock);
    OwnAuthorities own = new OwnAuthorities(store, envelope);
    CertificateIssuer issuer = new CertificateIssuer(random);
    this.authorities =
        Map.of(
            new Purpose("nuget"),
            new CertificateAuthority(
                nuget(nugetKeys, random),
                authority(nugetKeys.imported()),
                own,
                audit,
                issuer,
                clock),
            new Purpose("swift"),
            new CertificateAuthority(
                swift(swiftKeys, random),
                authority(swiftKeys.imported()),
                own,
                audit,
                issuer,
                clock));
    KeyMint mint = new KeyMint(random, nugetKeys.keyBits(), authorities);
    KeyRings rings =
        new KeyRings(
            store, envelope, mint, clock, limits.ringTtl(), limits.keyTtl(), limits.maxKeys());
    KeyChain chain = new KeyChain(audit);
    KeyRotation rotation = new KeyRotation(rings, mint, chain, rotations, clock);
    this.responder =
        new OcspResponder(
            rings,
            swiftKeys.responder().isPresent()
                ? Map.of(new Purpose("swift"), authorities.get(new Purpose("swift")))
                : Map.of(),
            clock);
    this.store = store;
    this.denials = new Denials(audit);
    this.custodian = new KeyCustodian(rings, rotation, chain, denials, clock);
    this.verifier = new AuditVerifier(store, seal, new BucketKeys(store, envelope, own));
  }

  private static CertificateProfile nuget(NugetKeys keys, SecureRandom random) {
    return new CertificateProfile(
        new Purpose("nuget"),
        keys.organization(),
        "Package Signing",
        "repository signing",
        keys.validity(),
        ROOT_VALIDITY,
        () -> RsaKey.generate(random, keys.rootBits()),
        false,
        Optional.empty(),
        false);
  }

  private static CertificateProfile swift(SwiftKeys keys, SecureRandom random) {
    return new CertificateProfile(
        new Purpose("swift"),
        keys.organization(),
        "Swift Package Signing",
        "package signing",
        keys.validity(),
        ROOT_VALIDITY,
        () -> EcdsaKey.generate(random),
        true,
        keys.responder(),
        true);
  }

  private static Optional<Authority> authority(Optional<ImportedAuthority> imported) {
    return imported.map(ImportedAuthority::authority);
  }

  /** Otherwise every use of a key would make another one. */
  private static void requireRenewable(Rotation rotation, Period validity, Clock clock) {
    ZonedDateTime now = clock.instant().atZone(ZoneOffset.UTC);
    if (!now.plus(rotation.renewBefore()).isBefore(now.plus(validity))) {
      throw new IllegalArgumentException(
          "renew-before (%s) is not shorter than validity (%s)"
              .formatted(rotation.renewBefore(), validity));
    }
  }

  public KeyCustodian custodian() {
    return custodian;
  }

  public OcspResponder responder() {
    return responder;
  }

  public Denials denials() {
    return denials;
  }

  public AuditVerifier verifier() {
    return verifier;
  }

  /**
   * Makes the authority of a purpose now, so that the first push need not wait for it.
   *
   * @param purpose one whose keys have certificates
   */
  public void prepare(Purpose purpose) {
    authorities.get(purpose).authority();
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
