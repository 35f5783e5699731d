package dev.countermark.signing;

import dev.countermark.contracts.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * One record of a topic, delivered at least once.
 *
 * @param key the record's key, verbatim: records of one key are handled one after the other
 * @param value the record's bytes, verbatim
 * @param attemptsBefore tries that were made before it was given up and handed in again
 * @param acknowledge tells the consumer that the record is dealt with; called once
 */
public record Delivery(
    Lane lane,
    String topic,
    int partition,
    long offset,
    Optional<Bytes> key,
    Bytes value,
    int attemptsBefore,
    Supplier<CompletionStage<Void>> acknowledge) {
  /** One that is handed in for the first time. */
  public Delivery(
      Lane lane,
      String topic,
      int partition,
      long offset,
      Optional<Bytes> key,
      Bytes value,
      Supplier<CompletionStage<Void>> acknowledge) {
    this(lane, topic, partition, offset, key, value, 0, acknowledge);
  }

  /** Of whoever handles it, and of what the connector remembers of it, bytes. */
  static final int HANDLING = 2 << 10;

  /**
   * Different for different keys, whatever bytes they are: ISO 8859-1 has a character for each. A
   * record without a key has no siblings to wait for.
   */
  String orderKey() {
    return key.map(k -> new String(k.toArray(), StandardCharsets.ISO_8859_1))
        .orElseGet(this::position);
  }

  /** What it takes in memory, about. */
  long bytes() {
    return HANDLING + value.length() + key.map(Bytes::length).orElse(0);
  }

  /** {@code topic/partition/offset}. */
  String position() {
    return topic + "/" + partition + "/" + offset;
  }

  /**
   * Whether the two are different records of one assignment of their partition, as far as can be
   * seen: who comes later and is not further on was delivered again.
   */
  boolean isAfter(Delivery earlier) {
    return !topic.equals(earlier.topic)
        || partition != earlier.partition
        || offset > earlier.offset;
  }
}
