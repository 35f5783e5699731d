package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keyservice.AuditLog.Appendix;
import dev.countermark.keyservice.CertificateIssuer.Told;
import dev.countermark.keyservice.CertificateIssuer.Validity;
import dev.countermark.keyservice.OwnAuthorities.Own;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;

/**
 * Certifies the keys of one purpose: by a root of the installation's own, made on first use,
 * exactly once over all replicas; or by an authority that was imported.
 */
final class CertificateAuthority {
  /** In the audit chain: nobody asked for it by name. */
  private static final String MAKER = "key-service";

  private static final Period ROOT_VALIDITY = Period.ofYears(20);

  /** Clients' clocks may be behind. */
  private static final Duration BACK_DATED = Duration.ofHours(1);

  /** How long a list holds from the full hour on; clients ask no earlier. */
  private static final Duration LISTED = Duration.ofHours(6);

  /** Longest {@code CN=}, characters (RFC 5280, appendix A, ub-common-name). */
  private static final int MAX_COMMON_NAME = 64;

  private final CertificateProfile profile;
  private final Optional<Authority> imported;
  private final OwnAuthorities authorities;
  private final AuditLog audit;
  private final CertificateIssuer issuer;
  private final Clock clock;
  private volatile Own own;

  /**
   * @param imported an authority that is used instead of an own root
   */
  CertificateAuthority(
      CertificateProfile profile,
      Optional<Authority> imported,
      OwnAuthorities authorities,
      AuditLog audit,
      CertificateIssuer issuer,
      Clock clock) {
    this.profile = profile;
    this.imported = imported;
    this.authorities = authorities;
    this.audit = audit;
    this.issuer = issuer;
    this.clock = clock;
  }

  /**
   * A new certificate for the key of a repository.
   *
   * @param version of the key
   * @return DER: the new certificate first, the root last
   * @throws KeyServiceException {@code CONFLICT} when the authority has expired
   */
  List<Bytes> certify(RepositoryName repository, int version, SigningKey key) {
    Authority authority = authority();
    Instant now = now();
    if (!now.isBefore(authority.notAfter())) {
      throw new KeyServiceException(
          KeyServiceException.Code.CONFLICT,
          "the authority of %s expired at %s: import another one"
              .formatted(profile.purpose().label(), authority.notAfter()));
    }
    Validity validity = new Validity(now.minus(BACK_DATED), endOfLeaf(authority, now));
    X500Name subject =
        profile.terms().names().owner()
            ? name(commonName(repository), repository.owner())
            : name(commonName(repository));
    List<Bytes> chain = new ArrayList<>();
    Told told = new Told(profile.responderOf(repository, version), profile.listOf(repository));
    chain.add(Certificates.encode(issuer.leaf(authority, key.spki(), subject, validity, told)));
    chain.addAll(authority.encodedChain());
    return List.copyOf(chain);
  }

  /**
   * The list of the revoked certificates of one repository, for those that name it.
   *
   * @param revoked those among them that this authority issued
   * @return DER; empty when certificates name no list
   */
  Optional<Bytes> list(RepositoryName repository, List<CertificateIssuer.Revoked> revoked) {
    return profile
        .listOf(repository)
        .map(
            at -> {
              Instant from = now().truncatedTo(ChronoUnit.HOURS);
              Validity validity = new Validity(from.minus(BACK_DATED), from.plus(LISTED));
              return issuer.list(authority(), at, validity, revoked);
            });
  }

  /** When a certificate would end that was issued now. */
  Instant endOfLeaf() {
    return endOfLeaf(authority(), now());
  }

  private Instant endOfLeaf(Authority authority, Instant now) {
    Instant end = plus(now, profile.terms().validity());
    return end.isAfter(authority.notAfter()) ? authority.notAfter() : end;
  }

  /** The authority; an own root is made when there is none, which may take seconds. */
  Authority authority() {
    if (imported.isPresent()) {
      return imported.get();
    }
    return own().authority();
  }

  /** The authority where it is at hand; none is looked for. */
  Optional<Authority> known() {
    return imported.or(() -> Optional.ofNullable(own).map(Own::authority));
  }

  /** The root above an own intermediate. */
  Optional<Authority> root() {
    if (imported.isPresent()) {
      return Optional.empty();
    }
    List<X509Certificate> chain = own().authority().chain();
    return own().root().map(key -> new Authority(key, List.of(chain.get(chain.size() - 1))));
  }

  private Own own() {
    if (own == null) {
      synchronized (this) {
        if (own == null) {
          own = loadOrCreate();
        }
      }
    }
    return own;
  }

  private Own loadOrCreate() {
    String chain = KeysBucket.authorityChain(profile.purpose());
    // A lost root must not be replaced in silence: clients trust the one that they know. So there
    // is a new one only when the chain has never told of any; whoever is second uses the first's.
    // The chain first: what another replica makes meanwhile is there before its chain is begun.
    boolean begun = audit.isBegun(chain);
    Optional<Own> found = authorities.find(profile.purpose());
    if (found.isEmpty() && !begun) {
      authorities.create(profile.purpose(), make());
      found = authorities.find(profile.purpose());
    }
    Own it =
        found.orElseThrow(
            () ->
                new KeyServiceException(
                    KeyServiceException.Code.RECORD_UNUSABLE,
                    "the authority of " + profile.purpose().label() + " vanished from the bucket"));
    announce(chain, it);
    return it;
  }

  private Own make() {
    SigningKey rootKey = profile.key().get();
    Instant now = now();
    Validity validity = new Validity(now.minus(BACK_DATED), plus(now, ROOT_VALIDITY));
    BasicConstraints below =
        profile.terms().intermediate() ? new BasicConstraints(1) : new BasicConstraints(true);
    String called = profile.organization() + " " + profile.terms().names().authority();
    X509Certificate certificate = issuer.root(rootKey, name(called + " Root"), validity, below);
    Authority root = new Authority(rootKey, List.of(certificate));
    if (!profile.terms().intermediate()) {
      return new Own(root, Optional.empty(), now);
    }
    SigningKey key = profile.key().get();
    X509Certificate own =
        issuer.intermediate(
            root, key, name(called + " Intermediate"), validity, profile.responderOfAuthority());
    return new Own(new Authority(key, List.of(own, certificate)), Optional.of(rootKey), now);
  }

  private void announce(String chain, Own own) {
    List<Bytes> certificates = own.authority().encodedChain();
    List<AuditRecord.Entry> entries = new ArrayList<>();
    own.root().ifPresent(key -> entries.add(AuditRecord.RootCreated.of(certificates)));
    entries.add(
        new AuditRecord.KeyCreated(
            1, own.authority().key().fingerprint(), own.createdAt(), MAKER, Optional.empty()));
    entries.add(AuditRecord.CertificateIssued.of(1, certificates));
    audit.append(
        chain,
        KeysBucket.authorityName(profile.purpose()),
        MAKER,
        head ->
            head.told().keyVersion() > 0
                ? Appendix.nothing(head, own)
                : new Appendix<>(entries, new AuditLog.Told(1, 0, 0), own));
  }

  private String commonName(RepositoryName repository) {
    String full = repository + " " + profile.terms().names().role();
    if (full.length() <= MAX_COMMON_NAME) {
      return full;
    }
    String name = repository.toString();
    return name.length() <= MAX_COMMON_NAME ? name : name.substring(0, MAX_COMMON_NAME - 3) + "...";
  }

  private X500Name name(String commonName, String... units) {
    X500NameBuilder name =
        new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.O, profile.organization());
    for (String unit : units) {
      name.addRDN(BCStyle.OU, unit);
    }
    return name.addRDN(BCStyle.CN, commonName).build();
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  private static Instant plus(Instant from, Period period) {
    return from.atZone(ZoneOffset.UTC).plus(period).toInstant();
  }
}
