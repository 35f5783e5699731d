package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import dev.countermark.keys.KeyClient.Purpose;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes new keys, each of the kind that its purpose demands, and has them certified. */
final class KeyMint {
  private final SecureRandom random;
  private final Map<Purpose, KeyPolicy> policies;
  private final Map<Purpose, CertificateAuthority> authorities;

  /**
   * @param policies of every purpose
   * @param authorities certify the keys of their purpose; those of others have no certificate
   */
  KeyMint(
      SecureRandom random,
      Map<Purpose, KeyPolicy> policies,
      Map<Purpose, CertificateAuthority> authorities) {
    this.random = random;
    this.policies = Map.copyOf(policies);
    this.authorities = Map.copyOf(authorities);
  }

  /**
   * @param certificates DER, that of the key first, the root last; empty where keys have none
   */
  record Minted(SigningKey key, List<Bytes> certificates) {}

  /** A new key; takes a second or so where it is RSA. */
  Minted make(KeyScope scope, int version) {
    KeyPolicy policy = policies.get(scope.purpose());
    SigningKey key = SigningKey.generate(policy.terms().algorithm(), policy.keyBits(), random);
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

  /**
   * Whether the authority that certifies now has issued this; after another one was imported it has
   * not.
   *
   * @param certificates DER, that of a key first
   */
  boolean isIssuer(Purpose purpose, List<Bytes> certificates) {
    return authority(purpose)
        .map(it -> it.authority().encodedChain())
        .filter(chain -> chain.equals(certificates.subList(1, certificates.size())))
        .isPresent();
  }

  private Optional<CertificateAuthority> authority(Purpose purpose) {
    return Optional.ofNullable(authorities.get(purpose));
  }
}
