package dev.countermark.gateway.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.OciRecords.RepositoryRecord;
import dev.countermark.contracts.RepositoryName;
import java.time.Duration;

/** Reads the setting from the repository's record; remembers it for a moment. */
final class PublicRepositories implements PublicPull {
  /** How late another replica's change may be seen. */
  private static final Duration CACHED = Duration.ofSeconds(5);

  private final Records records;
  private final Cache<RepositoryName, Boolean> cache =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(CACHED).build();

  PublicRepositories(BlobStore store) {
    this.records = new Records(store);
  }

  @Override
  public boolean allows(RepositoryName repository) {
    return cache.get(
        repository,
        name ->
            records
                .read(ObjectKeys.repository(name), RepositoryRecord.class)
                .map(r -> r.oci().anonymousPull())
                .orElse(false));
  }

  /** Forgets a repository that was just changed here. */
  void forget(RepositoryName repository) {
    cache.invalidate(repository);
  }
}
