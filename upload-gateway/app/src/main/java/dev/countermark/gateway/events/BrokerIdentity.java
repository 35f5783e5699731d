package dev.countermark.gateway.events;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether the broker is the one that has been told everything. Another one, or the same without its
 * data or topics, knows of nothing that still waits.
 */
public final class BrokerIdentity {
  private static final String KEY = "reconciles/broker.json";

  private final Records records;
  private final Supplier<Optional<String>> cluster;

  /**
   * @param cluster what tells the cluster and its topics from others, as long as it answers
   */
  public BrokerIdentity(BlobStore store, Supplier<Optional<String>> cluster) {
    this.records = new Records(store);
    this.cluster = cluster;
  }

  private record Known(String cluster) {}

  /** The id of a broker that has not been told everything; empty when it has, or is away. */
  Optional<String> stranger() {
    Optional<String> now = cluster.get();
    if (now.isEmpty()) {
      return Optional.empty();
    }
    // Where none is known, as at the first start, this one may be another one already.
    Optional<String> known = records.read(KEY, Known.class).map(Known::cluster);
    return known.equals(now) ? Optional.empty() : now;
  }

  /** It has been told everything. */
  void knows(String told) {
    records.update(KEY, Known.class, old -> Optional.of(new Known(told)));
  }
}
