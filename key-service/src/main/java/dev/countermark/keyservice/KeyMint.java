package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import java.security.SecureRandom;
import java.util.List;

/** Makes new keys, each of the kind that its purpose demands, and has them certified. */
final class KeyMint {
  private final SecureRandom random;
  private final NugetAuthority authority;
  private final int rsaBits;

  /**
   * @param rsaBits of NuGet keys
   */
  KeyMint(SecureRandom random, NugetAuthority authority, int rsaBits) {
    this.random = random;
    this.authority = authority;
    this.rsaBits = rsaBits;
  }

  /**
   * @param certificates DER, that of the key first, the root last; empty where keys have none
   */
  record Minted(SigningKey key, List<Bytes> certificates) {}

  Minted make(KeyScope scope) {
    return switch (scope.purpose()) {
      case OCI -> new Minted(EcdsaKey.generate(random), List.of());
      case NUGET -> {
        RsaKey key = RsaKey.generate(random, rsaBits);
        yield new Minted(key, authority.certify(scope.repository(), key));
      }
    };
  }
}
