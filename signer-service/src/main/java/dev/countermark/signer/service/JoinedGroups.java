package dev.countermark.signer.service;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.SignerGroups;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The consumer groups that this process was let into, with partitions or, where there are more
 * signers than those, without: whoever replaces an old signer by this one may end the old one.
 */
@ApplicationScoped
@Identifier(JoinedGroups.NAME)
class JoinedGroups implements KafkaConsumerRebalanceListener {
  static final String NAME = "joined-groups";

  private final Set<String> joined = ConcurrentHashMap.newKeySet();

  @Override
  public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    joined(consumer.groupMetadata().groupId());
  }

  void joined(String group) {
    joined.add(group);
  }

  /**
   * @throws IllegalStateException when the process was in one of them never yet
   */
  void require(List<Format<?, ?>> formats) {
    Set<String> missing =
        formats.stream()
            .flatMap(f -> Stream.of(SignerGroups.uploads(f), SignerGroups.resyncs(f)))
            .collect(Collectors.toCollection(TreeSet::new));
    missing.removeAll(joined);
    if (!missing.isEmpty()) {
      throw new IllegalStateException("not yet in " + String.join(", ", missing));
    }
  }
}
