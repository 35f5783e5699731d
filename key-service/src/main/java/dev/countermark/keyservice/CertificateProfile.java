package dev.countermark.keyservice;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyServiceApi;
import java.net.URI;
import java.time.Period;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the certificates of a purpose are like.
 *
 * @param organization {@code O=} of all of them
 * @param authority what the authority is called in the names of its certificates
 * @param role what the keys of repositories do, as their certificates' names say it
 * @param leafValidity of the certificates of repositories, at most
 * @param rootValidity of the own root
 * @param key makes keys of the own authority; may take seconds
 * @param intermediate whether repositories are certified by an intermediate, which alone the own
 *     root certifies
 * @param responder base address of the OCSP responder that certificates name, if there is one
 * @param namesOwner whether certificates of repositories name the owner, as {@code OU=}
 */
record CertificateProfile(
    Purpose purpose,
    String organization,
    String authority,
    String role,
    Period leafValidity,
    Period rootValidity,
    Supplier<SigningKey> key,
    boolean intermediate,
    Optional<URI> responder,
    boolean namesOwner) {
  /** Where it is told whether the key of a repository is revoked. */
  Optional<URI> responderOf(RepositoryName repository, int version) {
    return responderOf(KeyServiceApi.ocspSubject(repository, version));
  }

  /** The same of the authority itself. */
  Optional<URI> responderOfAuthority() {
    return responderOf(KeyServiceApi.OCSP_AUTHORITY);
  }

  private Optional<URI> responderOf(String subject) {
    return responder.map(base -> URI.create(base.toString().replaceAll("/+$", "") + "/" + subject));
  }
}
