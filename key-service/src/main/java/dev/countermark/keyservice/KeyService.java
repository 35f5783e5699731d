package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.KeyTerms;
import dev.countermark.keys.KeyClient.Purpose;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** One replica of the key service: its parts, put together over one bucket. */
public final class KeyService {
  private final BlobStore store;
  private final SortedSet<Purpose> purposes;
  private final Map<Purpose, CertificateAuthority> authorities;
  private final KeyCustodian custodian;
  private final AuditLog audit;
  private final Denials denials;
  private final AuditVerifier verifier;
  private final Audits audits;
  private final OcspResponder responder;
  private final RevocationLists revocations;

  /**
   * @param ringTtl how long a rotation made by another replica may stay unseen by readers
   * @param keyTtl how long an unused private key stays in memory
   * @param maxKeys most private keys in memory
   */
  public record Limits(Duration ringTtl, Duration keyTtl, int maxKeys) {}

  /**
   * @param policies of all purposes that there are
   * @throws IllegalArgumentException when settings do not fit each other
   * @throws IllegalStateException when the bucket belongs to another root secret
   */
  public KeyService(
      BlobStore store,
      RootSecret root,
      Clock clock,
      Limits limits,
      Map<Purpose, KeyPolicy> policies) {
    policies.forEach((purpose, policy) -> requireRenewable(purpose, policy, clock));
    this.purposes = new TreeSet<>(policies.keySet());
    SecureRandom random = new SecureRandom();
    AuditSeal seal =
        new AuditSeal(root, new RootMarker(store, random).claim(root).formerAuditKeys());
    KeyEnvelope envelope = new KeyEnvelope(root, random);
    this.audit = new AuditLog(store, seal, clock);
    OwnAuthorities own = new OwnAuthorities(store, envelope);
    CertificateIssuer issuer = new CertificateIssuer(random);
    this.authorities = new TreeMap<>();
    policies.forEach(
        (purpose, policy) ->
            profile(purpose, policy, random)
                .map(
                    profile ->
                        new CertificateAuthority(
                            profile,
                            policy.imported().map(ImportedAuthority::authority),
                            own,
                            audit,
                            issuer,
                            clock))
                .ifPresent(authority -> authorities.put(purpose, authority)));
    KeyMint mint = new KeyMint(random, policies, authorities);
    KeyRings rings = new KeyRings(store, envelope, mint, clock, limits);
    KeyChain chain = new KeyChain(audit);
    KeyRotation rotation = new KeyRotation(rings, mint, chain, policies, clock);
    this.responder =
        new OcspResponder(rings, telling(KeyTerms.Revocation.RESPONDER, policies), clock);
    this.revocations =
        new RevocationLists(rings, telling(KeyTerms.Revocation.LIST, policies), clock);
    this.store = store;
    this.denials = new Denials(audit);
    this.custodian = new KeyCustodian(rings, rotation, chain, denials, clock);
    this.verifier = new AuditVerifier(store, seal, new BucketKeys(store, envelope, own), purposes);
    this.audits = new Audits(verifier, denials);
  }

  /** The authorities whose certificates say that revocations are told in this way. */
  private Map<Purpose, CertificateAuthority> telling(
      KeyTerms.Revocation how, Map<Purpose, KeyPolicy> policies) {
    Map<Purpose, CertificateAuthority> telling = new TreeMap<>(authorities);
    telling
        .keySet()
        .removeIf(
            purpose ->
                policies.get(purpose).revocations().isEmpty()
                    || policies.get(purpose).terms().certification().orElseThrow().revocation()
                        != how);
    return telling;
  }

  /** Empty where keys have no certificates. */
  private static Optional<CertificateProfile> profile(
      Purpose purpose, KeyPolicy policy, SecureRandom random) {
    return policy
        .terms()
        .certification()
        .map(
            terms ->
                new CertificateProfile(
                    purpose,
                    terms,
                    policy.organization(),
                    () ->
                        SigningKey.generate(policy.terms().algorithm(), policy.rootBits(), random),
                    policy.revocations()));
  }

  /** Otherwise every use of a key would make another one. */
  private static void requireRenewable(Purpose purpose, KeyPolicy policy, Clock clock) {
    ZonedDateTime now = clock.instant().atZone(ZoneOffset.UTC);
    policy
        .terms()
        .certification()
        .filter(terms -> !now.plus(terms.renewBefore()).isBefore(now.plus(terms.validity())))
        .ifPresent(
            terms -> {
              throw new IllegalArgumentException(
                  "%s: renew-before (%s) is not shorter than validity (%s)"
                      .formatted(purpose, terms.renewBefore(), terms.validity()));
            });
  }

  /** That keys are made for, by label. */
  public SortedSet<Purpose> purposes() {
    return Collections.unmodifiableSortedSet(purposes);
  }

  /** The one of that label; empty when there is none. */
  public Optional<Purpose> purpose(String label) {
    return purposes.stream().filter(it -> it.label().equals(label)).findFirst();
  }

  /** Those whose keys have certificates. */
  public Set<Purpose> certified() {
    return Collections.unmodifiableSet(authorities.keySet());
  }

  public KeyCustodian custodian() {
    return custodian;
  }

  public OcspResponder responder() {
    return responder;
  }

  public RevocationLists revocations() {
    return revocations;
  }

  public Denials denials() {
    return denials;
  }

  public AuditVerifier verifier() {
    return verifier;
  }

  public Audits audits() {
    return audits;
  }

  /**
   * Makes the authority of a purpose now, so that the first push need not wait for it.
   *
   * @param purpose one of {@link #certified}
   */
  public void prepare(Purpose purpose) {
    authorities.get(purpose).authority();
  }

  /**
   * When the authority of a purpose ends, whose keys' certificates end no later.
   *
   * @param purpose one of {@link #certified}
   * @return empty while it is not made, or was not asked for yet
   */
  public Optional<Instant> endOfAuthority(Purpose purpose) {
    return authorities.get(purpose).known().map(Authority::notAfter);
  }

  /** Records that this replica appended to audit chains. */
  public long auditRecords() {
    return audit.appended();
  }

  /** How often this replica found an audit chain broken. */
  public long auditBreaks() {
    return audit.broken();
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
