package dev.countermark.gateway.repositories;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** The repositories as the registry sees them: settings may be two seconds old. */
public final class Repositories {
  private static final Duration CACHED = Duration.ofSeconds(2);

  private final Records records;
  private final Clock clock;
  private final Cache<RepositoryName, Optional<RepositoryRecord>> cache =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(CACHED).build();

  public Repositories(BlobStore store, Clock clock) {
    this.records = new Records(store);
    this.clock = clock;
  }

  public Optional<RepositoryRecord> find(RepositoryName name) {
    return cache.get(name, n -> records.read(ObjectKeys.repository(n), RepositoryRecord.class));
  }

  /** The repository; made with default settings when there is none. */
  public RepositoryRecord findOrCreate(RepositoryName name) {
    return find(name)
        .orElseGet(
            () -> {
              RepositoryRecord fresh =
                  new RepositoryRecord(1, name, clock.instant().truncatedTo(ChronoUnit.MILLIS));
              records.create(ObjectKeys.repository(name), fresh);
              forget(name);
              return find(name).orElse(fresh);
            });
  }

  public void forget(RepositoryName name) {
    cache.invalidate(name);
  }
}
