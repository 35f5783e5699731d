package dev.countermark.gateway.events;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.Version;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Json;
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
 * more may have ended between a record and its event, however orderly it ended. The store's clock
 * decides who is dead, for those of gateways may differ.
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
  private final UntoldUploads untold;
  private final Clock clock;

  /**
   * @param id of this gateway; another one after each start
   * @param untold of this gateway: whoever finds it dead must know
   */
  public GatewayLives(BlobStore store, String id, UntoldUploads untold, Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.own = ALL + id + ".json";
    this.untold = untold;
    this.clock = clock;
  }

  /**
   * @param untold since when it had uploads that nobody was told of; absent for none
   */
  private record Life(long generation, Instant seenAt, Optional<Instant> untold) {
    private Life {
      untold = untold == null ? Optional.empty() : untold;
    }
  }

  /**
   * One that died.
   *
   * @param since what was written from then on may be unknown to the signers
   */
  record Dead(String key, Version version, Instant since) {}

  /** This one lives; to be said before it takes anything, and every minute. */
  public void beat() {
    records.update(
        own,
        Life.class,
        old ->
            Optional.of(
                new Life(
                    old.map(l -> l.generation() + 1).orElse(1L), clock.instant(), untold.since())));
  }

  /** Those that are not heard of any more; nobody while this one is not heard of itself. */
  List<Dead> dead() {
    List<BlobStore.Entry> all = store.list(ALL, "", MOST).entries();
    Optional<Instant> now =
        all.stream()
            .filter(entry -> entry.key().equals(own))
            .map(BlobStore.Entry::lastModified)
            .findFirst();
    List<Dead> dead = new ArrayList<>();
    for (BlobStore.Entry entry : all) {
      if (now.filter(t -> entry.lastModified().isBefore(t.minus(DEAD))).isPresent()) {
        dead(entry).ifPresent(dead::add);
      }
    }
    return dead;
  }

  private Optional<Dead> dead(BlobStore.Entry entry) {
    try {
      return store
          .get(entry.key())
          .map(
              there -> {
                Life life = Json.read(there.content(), Life.class);
                Instant seen =
                    life.seenAt().isBefore(entry.lastModified())
                        ? life.seenAt()
                        : entry.lastModified();
                return new Dead(
                    entry.key(), there.version(), life.untold().filter(seen::isAfter).orElse(seen));
              });
    } catch (MalformedJsonException e) {
      LOG.warnf("%s cannot be read: %s", entry.key(), e.getMessage());
      return Optional.empty();
    }
  }

  /** What it may have left behind was looked for; it is still there when it was not dead. */
  void bury(Dead dead) {
    store.delete(dead.key(), dead.version());
  }
}
