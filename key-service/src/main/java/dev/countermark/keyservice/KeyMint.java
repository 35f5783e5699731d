package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.Purposes;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes new keys, each of the kind that its purpose demands, and has them certified. */
final class KeyMint {
  private final SecureRandom random;
  private final int rsaBits;
  private final Map<Purpose, CertificateAuthority> authorities;

  /**
   * @param rsaBits of NuGet keys
   * @param authorities certify the keys of their purpose; those of others have no certificate
   */
  KeyMint(SecureRandom random, int rsaBits, Map<Purpose, CertificateAuthority> authorities) {
    this.random = random;
    this.rsaBits = rsaBits;
    this.authorities = Map.copyOf(authorities);
  }

  /**
   * @param certificates DER, that of the key first, the root last; empty where keys have none
   */
  record Minted(SigningKey key, List<Bytes> certificates) {}

  /** A new key; takes a second or so where it is RSA. */
  Minted make(KeyScope scope, int version) {
    SigningKey key =
        switch (Purposes.found().get(scope.purpose()).algorithm()) {
          case ECDSA -> EcdsaKey.generate(random);
          case RSA -> RsaKey.generate(random, rsaBits);
        };
    return new Minted(
        key,
        authority(scope.purpose())
            .map(a -> a.certify(scope.repository(), version, key))
            .orElse(List.of()));
  }

  /** When the certificate of a key would end that was made now; empty where keys have none. */
  Optional<Instant> endOfNext(Purpose purpose) {
    return authority(purpose).map(CertificateAuthority::endOfLeaf);
  }

  private Optional<CertificateAuthority> authority(Purpose purpose) {
    return Optional.ofNullable(authorities.get(purpose));
  }
}
