package dev.countermark.gateway.trust;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.kit.TrustMaterial.Document;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyServiceApi;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Which certificates of a repository are revoked. The key service knows and signs; it faces no
 * clients, so that its lists pass through here and are kept a while: anybody may ask.
 */
@Singleton
public class RevocationLists {
  /** How late a revocation may show; each list holds for hours. */
  private static final Duration CACHED = Duration.ofMinutes(1);

  private static final int MAX_CACHED = 10_000;

  /** Most lists that the key service makes for us at the same time: each is a signature. */
  private static final int MAX_AT_A_TIME = 16;

  private final KeyClient keys;
  private final Semaphore slots = new Semaphore(MAX_AT_A_TIME);
  private final Cache<String, Optional<Bytes>> cache =
      Caffeine.newBuilder().maximumSize(MAX_CACHED).expireAfterWrite(CACHED).build();

  RevocationLists(KeyClient keys) {
    this.keys = keys;
  }

  /**
   * The list of a format's key; empty when its certificates name none.
   *
   * @param repository that exists
   */
  Optional<Document> of(RepositoryRecord repository, String format) {
    return cache
        .get(repository.repository() + "/" + format, key -> ask(repository, format))
        .map(list -> new Document(KeyServiceApi.REVOCATIONS, list));
  }

  private Optional<Bytes> ask(RepositoryRecord repository, String format) {
    if (!slots.tryAcquire()) {
      throw new Failure.Transient("too many lists of revoked certificates at a time", null);
    }
    try {
      return keys.revocations(repository.repository(), new Purpose(format));
    } finally {
      slots.release();
    }
  }
}
