package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import dev.countermark.keys.KeyClient.Purpose;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Makes new keys, each of the kind that its purpose demands, and has them certified. */
final class KeyMint {
  private final SecureRandom random;
  private final int rsaBits;
  private final CertificateAuthority nuget;

  /**
   * @param rsaBits of NuGet keys
   * @param nuget certifies them
   */
  KeyMint(SecureRandom random, int rsaBits, CertificateAuthority nuget) {
    this.random = random;
    this.rsaBits = rsaBits;
    this.nuget = nuget;
  }

  /**
   * @param certificates DER, that of the key first, the root last; empty where keys have none
   */
  record Minted(SigningKey key, List<Bytes> certificates) {}

  /** A new key; takes a second or so where it is RSA. */
  Minted make(KeyScope scope) {
    return switch (scope.purpose()) {
      case OCI -> new Minted(EcdsaKey.generate(random), List.of());
      case NUGET -> {
        RsaKey key = RsaKey.generate(random, rsaBits);
        yield new Minted(key, nuget.certify(scope.repository(), key));
      }
    };
  }

  /** When the certificate of a key would end that was made now; empty where keys have none. */
  Optional<Instant> endOfNext(Purpose purpose) {
    return switch (purpose) {
      case OCI -> Optional.empty();
      case NUGET -> Optional.of(nuget.endOfLeaf());
    };
  }
}
