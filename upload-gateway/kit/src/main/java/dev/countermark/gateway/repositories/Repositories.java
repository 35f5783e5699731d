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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The repositories as the edges see them: settings may be two seconds old. One that was deleted and
 * made again, perhaps by another gateway, is told of: what was remembered of it is worth nothing.
 */
public final class Repositories {
  private static final Duration CACHED = Duration.ofSeconds(2);

  private final Records records;
  private final RepositoryContents contents;
  private final Clock clock;
  private final Cache<RepositoryName, Optional<RepositoryRecord>> cache =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(CACHED).build();

  /** When the repositories were made that were seen last. */
  private final Cache<RepositoryName, Instant> madeAt =
      Caffeine.newBuilder().maximumSize(100_000).build();

  private final Consumer<RepositoryName> remade;

  /**
   * @param remade called with every repository that was made again since it was seen last
   */
  public Repositories(BlobStore store, Clock clock, Consumer<RepositoryName> remade) {
    this.records = new Records(store);
    this.contents = new RepositoryContents(store, clock);
    this.clock = clock;
    this.remade = remade;
  }

  public Optional<RepositoryRecord> find(RepositoryName name) {
    return cache.get(name, this::read);
  }

  private Optional<RepositoryRecord> read(RepositoryName name) {
    Optional<RepositoryRecord> found =
        records.read(ObjectKeys.repository(name), RepositoryRecord.class);
    found.ifPresent(
        now -> {
          Instant before = madeAt.getIfPresent(name);
          if (before != null && before.isBefore(now.createdAt())) {
            remade.accept(name);
          }
          // Only now: had it failed, the next look would have to tell.
          madeAt.put(name, now.createdAt());
        });
    return found;
  }

  /** The repository; made with default settings when there is none. */
  public RepositoryRecord findOrCreate(RepositoryName name) {
    return find(name)
        .orElseGet(
            () -> {
              RepositoryRecord fresh =
                  new RepositoryRecord(1, name, clock.instant().truncatedTo(ChronoUnit.MILLIS));
              contents.making(name, () -> records.create(ObjectKeys.repository(name), fresh));
              forget(name);
              return find(name).orElse(fresh);
            });
  }

  public void forget(RepositoryName name) {
    cache.invalidate(name);
  }
}
