package dev.countermark.signer.service;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.signing.Lane;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The settings of repositories, remembered for a moment so that a push costs no read of them. */
public final class RepositorySettings {
  /** Repositories that are remembered at most; beyond that all are dropped and read again. */
  private static final int MAX_REMEMBERED = 10_000;

  private record Remembered(RepositoryRecord settings, Instant at) {}

  private final Records records;
  private final Duration ttl;
  private final Clock clock;
  private final ConcurrentMap<RepositoryName, Remembered> remembered = new ConcurrentHashMap<>();

  public RepositorySettings(Records records, Duration ttl, Clock clock) {
    this.records = records;
    this.ttl = ttl;
    this.clock = clock;
  }

  /**
   * @param lane a resync is often requested because of new settings, so it always reads them
   * @return empty when there is no such repository
   */
  public Optional<RepositoryRecord> of(RepositoryName repository, Lane lane) {
    Instant now = clock.instant();
    Remembered known = remembered.get(repository);
    if (lane == Lane.UPLOAD && known != null && now.isBefore(known.at().plus(ttl))) {
      return Optional.of(known.settings());
    }
    return afresh(repository);
  }

  /**
   * The same, read now: when what is remembered contradicts a record.
   *
   * @return empty when there is no such repository
   */
  public Optional<RepositoryRecord> afresh(RepositoryName repository) {
    Instant now = clock.instant();
    Optional<RepositoryRecord> settings =
        records.read(ObjectKeys.repository(repository), RepositoryRecord.class);
    if (remembered.size() >= MAX_REMEMBERED) {
      remembered.clear();
    }
    settings.ifPresentOrElse(
        s -> remembered.put(repository, new Remembered(s, now)),
        () -> remembered.remove(repository));
    return settings;
  }
}
