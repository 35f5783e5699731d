package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.SignedBatch;
import dev.countermark.keys.KeyServiceApi;
import dev.countermark.keys.KeyServiceApi.ListedKey;
import dev.countermark.keyservice.AuditLog.Appendix;
import dev.countermark.keyservice.AuditLog.Head;
import dev.countermark.keyservice.KeyServiceException.Code;
import java.time.Clock;
import java.time.Instant;
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
  private final KeyRings rings;
  private final KeyRotation rotation;
  private final KeyChain chain;
  private final Denials denials;
  private final Clock clock;

  KeyCustodian(KeyRings rings, KeyRotation rotation, KeyChain chain, Denials denials, Clock clock) {
    this.rings = rings;
    this.rotation = rotation;
    this.chain = chain;
    this.denials = denials;
    this.clock = clock;
  }

  /**
   * All versions of a key, oldest first; made on first use. Whoever sees the list sees the version
   * in it that a rotation without notice would take, where there is one.
   */
  public List<PublicKeyVersion> versions(Caller caller, KeyScope scope) {
    require(caller, scope, "read", true);
    return rotation.spared(scope, caller.name(), ring(caller, scope)).published(clock.instant());
  }

  /** The keys that a repository has, of the caller's purposes; none is made. */
  public List<ListedKey> list(Caller caller, RepositoryName repository) {
    if (caller.purposes().isEmpty()) {
      throw denied(caller, repository, "list", "no purpose");
    }
    Instant now = clock.instant();
    return caller.purposes().stream()
        .sorted()
        .flatMap(
            purpose ->
                rings.find(new KeyScope(repository, purpose)).stream()
                    .map(ring -> new ListedKey(purpose.label(), ring.listed(now))))
        .toList();
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
    signing.with(rotation.renewed(scope, rings.getOrCreate(scope, caller.name()).ring()));
    return chain.append(scope, caller.name(), signing::after);
  }

  /**
   * Has a new version follow the current one: the spare where there is one, else one that is made
   * now. It becomes the current one when it was announced long enough; where keys are not
   * announced, at once.
   *
   * @param immediately whether it was announced or not, because the current one is compromised
   * @return the new version; the one that is announced already where it need not be immediately
   */
  public PublicKeyVersion rotate(Caller caller, KeyScope scope, boolean immediately) {
    require(caller, scope, "rotate", caller.mayRotate());
    KeyRotation.Rotated rotated = rotation.rotate(scope, caller.name(), immediately);
    return rotated.ring().published(rotated.next(), clock.instant());
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
    chain.revoke(
        scope,
        caller.name(),
        revoked,
        new AuditRecord.KeyRevoked(
            version, published.fingerprint(), published.revokedAt().orElseThrow()));
    return published;
  }

  private void require(Caller caller, KeyScope scope, String operation, boolean allowed) {
    if (!caller.purposes().contains(scope.purpose()) || !allowed) {
      String reason =
          caller.purposes().contains(scope.purpose()) ? "not this operation" : "not this purpose";
      throw denied(caller, scope.repository(), operation, reason);
    }
  }

  private KeyServiceException denied(
      Caller caller, RepositoryName repository, String operation, String reason) {
    denials.record(Optional.of(caller.name()), Optional.of(repository), operation, reason);
    return new KeyServiceException(
        Code.DENIED, caller.name() + " may not " + operation + " here: " + reason);
  }

  private KeyRing ring(Caller caller, KeyScope scope) {
    KeyRings.Found found = rings.getOrCreate(scope, caller.name());
    if (found.created()) {
      chain.announce(scope, caller.name(), found.ring());
    }
    return rotation.renewed(scope, found.ring());
  }

  /** A batch that is signed again when the chain turns out to know more of the key. */
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
      requireFit(record, now);
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

    private void requireFit(KeyRecord record, Instant now) {
      if (ring.isRevoked(record)) {
        throw new KeyServiceException(
            Code.CONFLICT, "the current key of " + scope + " is revoked: rotate first");
      }
      Optional<Instant> end = ring.end(record);
      if (end.isPresent() && !now.isBefore(end.get())) {
        throw new KeyServiceException(
            Code.CONFLICT,
            "the certificate of the current key of " + scope + " ended at " + end.get());
      }
    }

    Appendix<SignedBatch> after(Head head) {
      if (isBehind(head)) {
        // Another replica rotated or revoked: nothing signed by the old key may follow in the
        // chain.
        with(rings.reload(scope));
      }
      if (isBehind(head)) {
        throw new KeyServiceException(
            Code.RECORD_UNUSABLE,
            ("the audit chain of %s knows %d versions, %d revocations and %d promotions, the bucket"
                    + " only %d, %d and %d")
                .formatted(
                    scope,
                    head.told().keyVersion(),
                    head.told().revocations(),
                    head.told().promotions(),
                    ring.newest().version(),
                    ring.revocations().size(),
                    ring.promotions().size()));
      }
      return KeyChain.with(head, ring, entries, batch);
    }

    private boolean isBehind(Head head) {
      return head.told().keyVersion() > ring.newest().version()
          || head.told().revocations() > ring.revocations().size()
          || head.told().promotions() > ring.promotions().size();
    }
  }
}
