package dev.countermark.gateway.events;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Whether the broker is the one that has been told everything. Another one, or the same without its
 * data or topics, knows of nothing that still waits.
 */
public final class BrokerIdentity {
  private static final String KEY = "reconciles/broker.json";

  private final Records records;
  private final Supplier<Optional<Map<String, String>>> topics;

  /**
   * @param topics by name, what tells each of this gateway's topics from others of its name, as
   *     long as the broker answers
   */
  public BrokerIdentity(BlobStore store, Supplier<Optional<Map<String, String>>> topics) {
    this.records = new Records(store);
    this.topics = topics;
  }

  /** Those that were told everything, also by gateways that know other formats. */
  private record Known(Map<String, String> topics) {
    Known {
      topics = topics == null ? Map.of() : Map.copyOf(topics);
    }

    Known with(Map<String, String> told) {
      Map<String, String> all = new TreeMap<>(topics);
      all.putAll(told);
      return new Known(all);
    }
  }

  /** The topics of a broker that has not been told everything; empty when it has, or is away. */
  Optional<Map<String, String>> stranger() {
    Optional<Map<String, String>> now = topics.get();
    if (now.isEmpty()) {
      return Optional.empty();
    }
    // Where none is known, as at the first start, this one may be another one already.
    Map<String, String> known = records.read(KEY, Known.class).map(Known::topics).orElse(Map.of());
    return known.entrySet().containsAll(now.get().entrySet()) ? Optional.empty() : now;
  }

  /** Whether no broker was ever told anything, as far as is known. */
  boolean isFirst() {
    return records.read(KEY, Known.class).isEmpty();
  }

  /** They have been told everything. */
  void knows(Map<String, String> told) {
    records.update(
        KEY, Known.class, old -> Optional.of(old.orElse(new Known(Map.of())).with(told)));
  }
}
