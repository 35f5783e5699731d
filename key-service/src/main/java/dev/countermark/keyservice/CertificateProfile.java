package dev.countermark.keyservice;

import dev.countermark.contracts.KeyTerms;
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
 * @param responder base address of the OCSP responder that certificates name, if there is one
 */
record CertificateProfile(
    Purpose purpose,
    KeyTerms.Certification terms,
    String organization,
    Supplier<SigningKey> key,
    Optional<URI> responder) {
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
