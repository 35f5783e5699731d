package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyClient.SignedBatch;
import dev.countermark.keys.KeyServiceApi;
import dev.countermark.keyservice.AuditLog.Appendix;
import dev.countermark.keyservice.AuditLog.Head;
import dev.countermark.keyservice.KeyServiceException.Code;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The use cases of the key service. Each begins by asking whether the caller may, and each
 * signature, creation, rotation and revocation is in the audit chain before it is answered.
 *
 * <p>All calls block and throw {@link Failure.Transient} when the store is away, and {@link
 * KeyServiceException} otherwise.
 */
public final class KeyCustodian {
  /** Who makes the keys that follow those whose certificate ends. */
  private static final String RENEWAL = "renewal";

  private final KeyRings rings;
  private final AuditLog audit;
  private final Denials denials;
  private final Rotation rotation;
  private final Clock clock;

  /**
   * When NuGet keys change.
   *
   * @param announced how long a new version is published before it signs: clients remember the old
   *     list of certificates for up to an hour
   * @param renewBefore how long before the end of its certificate a key is followed by a new one
   */
  record Rotation(Duration announced, Duration renewBefore) {}

  KeyCustodian(KeyRings rings, AuditLog audit, Denials denials, Rotation rotation, Clock clock) {
    this.rings = rings;
    this.audit = audit;
    this.denials = denials;
    this.rotation = rotation;
    this.clock = clock;
  }

  /** All versions of a key, oldest first; made on first use. */
  public List<PublicKeyVersion> versions(Caller caller, KeyScope scope) {
    require(caller, scope, "read", true);
    return ring(caller, scope).published(clock.instant());
  }

  /** The version that signs now; made on first use. */
  public PublicKeyVersion identity(Caller caller, KeyScope scope) {
    require(caller, scope, "read", true);
    KeyRing ring = ring(caller, scope);
    Instant now = clock.instant();
    return ring.published(ring.current(now), now);
  }

  /**
   * Signs every item with the current key, or none.
   *
   * @param items 1 to {@link KeyServiceApi#MAX_ITEMS}
   */
  public SignedBatch sign(Caller caller, KeyScope scope, List<Item> items) {
    require(caller, scope, "sign", caller.maySign());
    if (items == null || items.isEmpty() || items.size() > KeyServiceApi.MAX_ITEMS) {
      throw new KeyServiceException(
          Code.INVALID_REQUEST, "items holds 1 to " + KeyServiceApi.MAX_ITEMS + " items");
    }
    for (int i = 0; i < items.size(); i++) {
      String objection = KeyServiceApi.objection(items.get(i));
      if (objection != null) {
        throw new KeyServiceException(Code.INVALID_REQUEST, "item " + i + ": " + objection);
      }
    }
    // A key that this call makes is announced together with its first signatures.
    Signing signing = new Signing(scope, items);
    signing.with(renewed(scope, rings.getOrCreate(scope, caller.name()).ring()));
    return append(scope, caller.name(), signing::after);
  }

  /**
   * Makes a new version. It becomes the current one at once, or for NuGet when it was announced
   * long enough.
   *
   * @param immediately do not wait, because the current one is compromised
   * @return the new version
   */
  public PublicKeyVersion rotate(Caller caller, KeyScope scope, boolean immediately) {
    require(caller, scope, "rotate", caller.mayRotate());
    rings.getOrCreate(scope, caller.name());
    int next = rings.reload(scope).newest().version() + 1;
    // Whoever loses this race finds the winner's new version there: the key was rotated.
    rings.create(scope, next, caller.name(), immediately ? Optional.empty() : activeFrom(scope));
    KeyRing ring = rings.reload(scope);
    announce(scope, caller.name(), ring);
    return ring.published(ring.newest(), clock.instant());
  }

  private Optional<Instant> activeFrom(KeyScope scope) {
    return scope.purpose() == Purpose.NUGET && !rotation.announced().isZero()
        ? Optional.of(clock.instant().plus(rotation.announced()).truncatedTo(ChronoUnit.MILLIS))
        : Optional.empty();
  }

  /** The ring, with a new version when the certificate of the newest one ends soon. */
  private KeyRing renewed(KeyScope scope, KeyRing ring) {
    List<Bytes> certificates = ring.newest().certificates();
    if (certificates.isEmpty()) {
      return ring;
    }
    Instant end = rings.notAfter(certificates.get(0));
    if (clock.instant().isBefore(end.minus(rotation.renewBefore()))) {
      return ring;
    }
    int next = rings.reload(scope).newest().version() + 1;
    if (next != ring.newest().version() + 1) {
      return rings.reload(scope); // somebody else was first
    }
    rings.create(scope, next, RENEWAL, activeFrom(scope));
    KeyRing after = rings.reload(scope);
    announce(scope, RENEWAL, after);
    return after;
  }

  /**
   * Marks a version as no longer to be trusted, for good.
   *
   * @throws KeyServiceException {@code CONFLICT} for the current version, which must be rotated
   *     first
   */
  public PublicKeyVersion revoke(Caller caller, KeyScope scope, int version) {
    require(caller, scope, "revoke", caller.mayRotate());
    rings.getOrCreate(scope, caller.name());
    KeyRing ring = rings.reload(scope);
    if (version < 1 || version > ring.newest().version()) {
      throw new KeyServiceException(Code.NOT_FOUND, "no version " + version + " of " + scope);
    }
    if (version == ring.current(clock.instant()).version()) {
      throw new KeyServiceException(
          Code.CONFLICT,
          "version "
              + version
              + " is the current one: rotate first, with immediately=true where keys"
              + " are announced");
    }
    rings.revoke(scope, version, caller.name());
    KeyRing revoked = rings.reload(scope);
    PublicKeyVersion published =
        revoked.published(revoked.records().get(version - 1), clock.instant());
    append(
        scope,
        caller.name(),
        head -> {
          List<AuditRecord.Entry> entries = announcements(head, revoked);
          entries.add(
              new AuditRecord.KeyRevoked(
                  version, published.fingerprint(), published.revokedAt().orElseThrow()));
          return new Appendix<>(entries, announced(head, revoked), published);
        });
    return published;
  }

  private void require(Caller caller, KeyScope scope, String operation, boolean allowed) {
    if (!caller.purposes().contains(scope.purpose()) || !allowed) {
      String reason =
          caller.purposes().contains(scope.purpose()) ? "not this operation" : "not this purpose";
      denials.record(
          Optional.of(caller.name()), Optional.of(scope.repository()), operation, reason);
      throw new KeyServiceException(
          Code.DENIED, caller.name() + " may not " + operation + " here: " + reason);
    }
  }

  private KeyRing ring(Caller caller, KeyScope scope) {
    KeyRings.Found found = rings.getOrCreate(scope, caller.name());
    if (found.created()) {
      announce(scope, caller.name(), found.ring());
    }
    return renewed(scope, found.ring());
  }

  private void announce(KeyScope scope, String caller, KeyRing ring) {
    append(
        scope,
        caller,
        head -> new Appendix<>(announcements(head, ring), announced(head, ring), ring));
  }

  private <T> T append(
      KeyScope scope, String caller, java.util.function.Function<Head, Appendix<T>> decide) {
    return audit.append(KeysBucket.chain(scope), scope.toString(), caller, decide);
  }

  private static int announced(Head head, KeyRing ring) {
    return Math.max(head.keyVersion(), ring.newest().version());
  }

  /**
   * The versions that the chain does not know yet, for instance because a replica died just then.
   */
  private static List<AuditRecord.Entry> announcements(Head head, KeyRing ring) {
    List<AuditRecord.Entry> entries = new ArrayList<>();
    for (KeyRecord key : ring.records()) {
      if (key.version() > head.keyVersion()) {
        entries.add(
            new AuditRecord.KeyCreated(
                key.version(),
                key.fingerprint(),
                key.createdAt(),
                key.createdBy(),
                key.certificates().stream().findFirst().map(c -> Hashes.sha256Hex(c.toArray())),
                key.activeFrom()));
      }
    }
    return entries;
  }

  /** A batch that is signed again when the chain turns out to know a newer key. */
  private final class Signing {
    private final KeyScope scope;
    private final List<Item> items;
    private KeyRing ring;
    private SignedBatch batch;
    private List<AuditRecord.Entry> entries;

    Signing(KeyScope scope, List<Item> items) {
      this.scope = scope;
      this.items = items;
    }

    void with(KeyRing current) {
      ring = current;
      Instant now = clock.instant();
      KeyRecord record = ring.current(now);
      if (ring.isRevoked(record)) {
        throw new KeyServiceException(
            Code.CONFLICT, "the current key of " + scope + " is revoked: rotate first");
      }
      SigningKey key = rings.open(scope, record);
      List<Bytes> signatures = new ArrayList<>(items.size());
      entries = new ArrayList<>(items.size());
      for (Item item : items) {
        Bytes signature = key.sign(item.hash());
        signatures.add(signature);
        entries.add(
            new AuditRecord.Signed(
                item.purl(),
                item.digest(),
                HexFormat.of().formatHex(item.hash().toArray()),
                Hashes.sha256Hex(signature.toArray()),
                record.version(),
                record.fingerprint()));
      }
      batch = new SignedBatch(ring.published(record, now), List.copyOf(signatures));
    }

    Appendix<SignedBatch> after(Head head) {
      if (head.keyVersion() > ring.newest().version()) {
        // Another replica rotated: nothing signed by the old key may follow in the chain.
        with(rings.reload(scope));
      }
      if (head.keyVersion() > ring.newest().version()) {
        throw new KeyServiceException(
            Code.RECORD_UNUSABLE,
            "the audit chain of "
                + scope
                + " knows version "
                + head.keyVersion()
                + ", the bucket only "
                + ring.newest().version());
      }
      List<AuditRecord.Entry> all = announcements(head, ring);
      all.addAll(entries);
      return new Appendix<>(all, ring.newest().version(), batch);
    }
  }
}
