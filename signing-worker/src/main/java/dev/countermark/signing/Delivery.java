package dev.countermark.signing;

import dev.countermark.contracts.Bytes;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * One record of a topic, delivered at least once.
 *
 * @param key the record's key: records of one key are handled one after the other
 * @param value the record's bytes, verbatim
 * @param acknowledge tells the consumer that the record is dealt with; called once
 */
public record Delivery(
    Lane lane,
    String topic,
    int partition,
    long offset,
    Optional<String> key,
    Bytes value,
    Supplier<CompletionStage<Void>> acknowledge) {

  /** A record without a key has no siblings to wait for. */
  String orderKey() {
    return key.orElseGet(this::position);
  }

  /** {@code topic/partition/offset}. */
  String position() {
    return topic + "/" + partition + "/" + offset;
  }
}
