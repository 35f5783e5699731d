package dev.countermark.keyservice;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.contracts.Bytes;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keyservice.CertificateIssuer.Revoked;
import dev.countermark.keyservice.KeyServiceException.Code;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Lists which certificates of a repository's key are revoked, signed by their issuer. Each
 * repository has a list of its own, so that no register of all certificates is needed. All replicas
 * make the same bytes: they change with the hour, and when a version is revoked. Like the answers
 * of {@link OcspResponder} they are not in the audit log.
 *
 * @see "RFC 5280, section 5"
 */
public final class RevocationLists {
  private static final int MAX_CACHED = 1_000;

  private record Content(KeyScope scope, Instant hour, List<Revoked> revoked) {}

  private final KeyRings rings;
  private final Map<Purpose, CertificateAuthority> authorities;
  private final Clock clock;
  private final Cache<Content, Bytes> signed =
      Caffeine.newBuilder().maximumSize(MAX_CACHED).expireAfterWrite(Duration.ofHours(1)).build();

  /**
   * @param authorities of the purposes whose certificates name a list
   */
  RevocationLists(KeyRings rings, Map<Purpose, CertificateAuthority> authorities, Clock clock) {
    this.rings = rings;
    this.authorities = Map.copyOf(authorities);
    this.clock = clock;
  }

  /**
   * The list of a key. It is about certificates of the authority that certifies now: only the one
   * before could answer for its own.
   *
   * @return DER CertificateList
   * @throws KeyServiceException {@code NOT_FOUND} when there is no such key, or no list
   */
  public byte[] of(Caller caller, KeyScope scope) {
    if (!caller.purposes().contains(scope.purpose())) {
      throw new KeyServiceException(
          Code.DENIED, caller.name() + " may not ask here: not this purpose");
    }
    CertificateAuthority authority = authorities.get(scope.purpose());
    if (authority == null) {
      throw new KeyServiceException(Code.NOT_FOUND, "certificates name no list");
    }
    KeyRing ring =
        rings.find(scope).orElseThrow(() -> new KeyServiceException(Code.NOT_FOUND, "no such key"));
    Content content =
        new Content(
            scope,
            clock.instant().truncatedTo(ChronoUnit.HOURS),
            revoked(ring, Certificates.encode(authority.authority().certificate())));
    return signed
        .get(content, key -> authority.list(scope.repository(), key.revoked()).orElseThrow())
        .toArray();
  }

  private static List<Revoked> revoked(KeyRing ring, Bytes issuer) {
    List<Revoked> revoked = new ArrayList<>();
    for (KeyRecord record : ring.records()) {
      Revocation mark = ring.revocations().get(record.version());
      if (mark != null && record.certificates().get(1).equals(issuer)) {
        revoked.add(
            new Revoked(
                Certificates.read(record.certificates().get(0)).getSerialNumber(),
                mark.revokedAt()));
      }
    }
    return List.copyOf(revoked);
  }
}
