package dev.countermark.keyservice;

import dev.countermark.contracts.KeyTerms;
import dev.countermark.contracts.KeyTerms.Revocation;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyServiceApi;
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the certificates of a purpose are like.
 *
 * @param terms names, times, and whether there is an intermediate
 * @param organization {@code O=} of all of them
 * @param key makes keys of the own authority; may take seconds
 * @param revocations base address of the OCSP responder that certificates name, or of the gateway
 *     that has lists, if there is one
 */
record CertificateProfile(
    Purpose purpose,
    KeyTerms.Certification terms,
    String organization,
    Supplier<SigningKey> key,
    Optional<URI> revocations) {
  /** Where it is told whether the key of a repository is revoked. */
  Optional<URI> responderOf(RepositoryName repository, int version) {
    return responderOf(KeyServiceApi.ocspSubject(repository, version));
  }

  /** The same of the authority itself. */
  Optional<URI> responderOfAuthority() {
    return responderOf(KeyServiceApi.OCSP_AUTHORITY);
  }

  private Optional<URI> responderOf(String subject) {
    return told(Revocation.RESPONDER, "/" + subject);
  }

  /** Where the list of the revoked certificates of a repository is. */
  Optional<URI> listOf(RepositoryName repository) {
    return told(Revocation.LIST, KeyServiceApi.publishedRevocations(repository, purpose));
  }

  private Optional<URI> told(Revocation how, String path) {
    return revocations
        .filter(base -> terms.revocation() == how)
        .map(base -> URI.create(base.toString().replaceAll("/+$", "") + path));
  }
}
