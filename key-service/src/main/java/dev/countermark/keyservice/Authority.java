package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * Who certifies keys.
 *
 * @param chain the authority's own certificate first, the root last
 */
record Authority(SigningKey key, List<X509Certificate> chain) {
  Authority {
    chain = List.copyOf(chain);
  }

  /** Its own. */
  X509Certificate certificate() {
    return chain.get(0);
  }

  Instant notAfter() {
    return certificate().getNotAfter().toInstant();
  }

  /** The chain in DER. */
  List<Bytes> encodedChain() {
    return chain.stream().map(Certificates::encode).toList();
  }
}
