package dev.countermark.gateway.kit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
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
public final class PublicKeys {
  /** How late a rotation may show. */
  private static final Duration CACHED = Duration.ofSeconds(5);

  private static final int MAX_CACHED = 10_000;

  private record Key(RepositoryName repository, Purpose purpose) {}

  private final Repositories repositories;
  private final KeyClient keys;
  private final Cache<Key, List<PublicKeyVersion>> cache =
      Caffeine.newBuilder().maximumSize(MAX_CACHED).expireAfterWrite(CACHED).build();

  public PublicKeys(Repositories repositories, KeyClient keys) {
    this.repositories = repositories;
    this.keys = keys;
  }

  /** All versions, oldest first, at least one; empty when there is no such repository. */
  public Optional<List<PublicKeyVersion>> versions(RepositoryName repository, Format<?, ?> format) {
    return repositories.find(repository).map(found -> versions(found, format));
  }

  /** All versions of a repository that exists, oldest first, at least one. */
  public List<PublicKeyVersion> versions(RepositoryRecord repository, Format<?, ?> format) {
    return cache.get(
        new Key(repository.repository(), new Purpose(format.label())),
        key -> keys.versions(key.repository(), key.purpose()));
  }

  /**
   * The one that signs.
   *
   * @param versions all of them
   */
  public static PublicKeyVersion current(List<PublicKeyVersion> versions) {
    return versions.stream()
        .filter(PublicKeyVersion::current)
        .findFirst()
        .orElseThrow(() -> new Failure.Transient("the key service names no current key", null));
  }
}
