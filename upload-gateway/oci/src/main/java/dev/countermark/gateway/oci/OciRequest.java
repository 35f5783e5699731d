package dev.countermark.gateway.oci;

import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciName;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.content.EntityTag;
import dev.countermark.gateway.content.IncomingBody;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Optional;

/** One request that was let in, as the handlers see it. */
record OciRequest(
    OciRoute route,
    MultivaluedMap<String, String> query,
    HttpHeaders headers,
    IncomingBody body,
    boolean head,
    Access access,
    RepositoryRecord repository) {
  String parameter(String name) {
    return query.getFirst(name);
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.getHeaderString(name));
  }

  /** Whether the client has what it asks for already. */
  boolean holds(EntityTag tag) {
    return tag.isHeldBy(headers);
  }

  OciName name() {
    return route.name();
  }

  /** Who asks, for records and logs. */
  String subject() {
    return access.subject();
  }

  /** Whether the caller sees only what is signed. */
  boolean signedOnly() {
    return SignedOnly.appliesTo(access, repository);
  }

  /** Digest, tag or id of an upload, as the address has it. */
  String reference() {
    return route.reference();
  }

  /** The digest that the address names. */
  Digest digest() {
    return digest(reference());
  }

  static Digest digest(String text) {
    return Digest.parse(text)
        .orElseThrow(
            () -> OciCode.DIGEST_INVALID.failed("a digest is sha256:<64 hex> or sha512:<128 hex>"));
  }
}
