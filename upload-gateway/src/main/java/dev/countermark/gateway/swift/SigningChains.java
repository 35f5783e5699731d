package dev.countermark.gateway.swift;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The certificates that sign the releases of a repository. */
final class SigningChains {
  /** How late a rotation may show; anybody may ask, and the key service shall not feel it. */
  private static final Duration CACHED = Duration.ofSeconds(5);

  private final LoadingCache<RepositoryName, List<PublicKeyVersion>> cache;

  SigningChains(KeyClient keys) {
    this.cache =
        Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(CACHED)
            .build(repository -> keys.versions(repository, new Purpose("swift")));
  }

  /** DER of the current one: that of the key first, the root last. */
  List<Bytes> current(RepositoryName repository) {
    return cache.get(repository).stream()
        .filter(PublicKeyVersion::current)
        .map(PublicKeyVersion::certificates)
        .filter(chain -> !chain.isEmpty())
        .findFirst()
        .orElseThrow(() -> new Failure.Transient("the key service names no current key", null));
  }

  /** DER of the certificate at the end of the current chain. */
  Bytes root(RepositoryName repository) {
    List<Bytes> chain = current(repository);
    return chain.get(chain.size() - 1);
  }

  /**
   * Any certificate that ever was in a chain, DER.
   *
   * @param fingerprint SHA-256, lower-case hexadecimal
   */
  Optional<Bytes> find(RepositoryName repository, String fingerprint) {
    return cache.get(repository).stream()
        .flatMap(version -> version.certificates().stream())
        .filter(certificate -> fingerprint(certificate).equals(fingerprint))
        .findFirst();
  }

  private static String fingerprint(Bytes certificate) {
    return PartReceiver.hex(PartReceiver.digest("SHA-256").digest(certificate.toArray()));
  }
}
