package dev.countermark.gateway.trust;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.repositories.Repositories;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The public keys of repositories that exist. The key service makes keys when it is asked for them,
 * so a stranger's guesses must not reach it; and anybody may ask here, so answers are kept a while.
 */
final class PublicKeys {
  /** How late a rotation may show. */
  static final Duration CACHED = Duration.ofSeconds(5);

  private static final int MAX_CACHED = 10_000;

  private final Repositories repositories;
  private final KeyClient keys;
  private final Cache<RepositoryName, List<PublicKeyVersion>> cache =
      Caffeine.newBuilder().maximumSize(MAX_CACHED).expireAfterWrite(CACHED).build();

  PublicKeys(Repositories repositories, KeyClient keys) {
    this.repositories = repositories;
    this.keys = keys;
  }

  /** All versions, oldest first, at least one; empty when there is no such repository. */
  Optional<List<PublicKeyVersion>> versions(RepositoryName repository) {
    return repositories
        .find(repository)
        .map(r -> cache.get(repository, name -> keys.versions(name, new Purpose("oci"))));
  }
}
