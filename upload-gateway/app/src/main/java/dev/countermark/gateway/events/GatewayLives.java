package dev.countermark.gateway.events;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Json.MalformedJsonException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Which gateways live. Each says so in the store from time to time: whoever is not heard of any
 * more may have ended between a record and its event, however orderly it ended.
 */
public final class GatewayLives {
  private static final Logger LOG = Logger.getLogger(GatewayLives.class);
  private static final String ALL = "gateways/";
  private static final int MOST = 1_000;

  /** Not heard of for so long, it is dead: several times what may pass between two signs. */
  static final Duration DEAD = Duration.ofMinutes(5);

  private final BlobStore store;
  private final Records records;
  private final String own;
  private final Clock clock;

  /**
   * @param id of this gateway; another one after each start
   */
  public GatewayLives(BlobStore store, String id, Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.own = ALL + id + ".json";
    this.clock = clock;
  }

  private record Life(long generation, Instant seenAt) {}

  /**
   * One that died.
   *
   * @param seenAt when it was heard of last
   */
  record Dead(String key, Instant seenAt) {}

  /** This one lives; to be said before it takes anything, and every minute. */
  public void beat() {
    records.update(
        own,
        Life.class,
        old -> Optional.of(new Life(old.map(l -> l.generation() + 1).orElse(1L), clock.instant())));
  }

  /** Those that are not heard of any more. */
  List<Dead> dead() {
    Instant limit = clock.instant().minus(DEAD);
    List<Dead> dead = new ArrayList<>();
    for (BlobStore.Entry entry : store.list(ALL, "", MOST).entries()) {
      try {
        records
            .read(entry.key(), Life.class)
            .filter(life -> life.seenAt().isBefore(limit) && !entry.key().equals(own))
            .ifPresent(life -> dead.add(new Dead(entry.key(), life.seenAt())));
      } catch (MalformedJsonException e) {
        LOG.warnf("%s cannot be read: %s", entry.key(), e.getMessage());
      }
    }
    return dead;
  }

  /** What it may have left behind was looked for. */
  void bury(Dead dead) {
    store.delete(dead.key());
  }
}
