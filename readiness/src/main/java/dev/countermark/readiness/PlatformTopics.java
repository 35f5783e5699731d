package dev.countermark.readiness;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * What the platform's topics are made like where they are missing. One that is there is left as it
 * is: more partitions would break the order of its events.
 *
 * @param partitions of a topic whose events have an order per package; all others have one
 * @param replicas of each partition; absent for what the broker has as default. Of three or more,
 *     all but one must have a record before it counts as written
 * @param retention for how long the broker keeps a record
 */
public record PlatformTopics(int partitions, Optional<Short> replicas, Duration retention) {
  private static final int FROM_THREE = 3;

  public PlatformTopics {
    if (partitions < 1 || partitions > 1_000) {
      throw new IllegalArgumentException("countermark.topics.partitions is 1 to 1000");
    }
    if (replicas.filter(r -> r < 1).isPresent()) {
      throw new IllegalArgumentException("countermark.topics.replicas is at least 1");
    }
    if (retention.compareTo(Duration.ofHours(1)) < 0) {
      throw new IllegalArgumentException("countermark.topics.retention is at least an hour");
    }
  }

  /**
   * @param ordered names of those whose events have an order per package
   * @param single names of all others
   */
  public List<NewTopic> of(Collection<String> ordered, Collection<String> single) {
    List<NewTopic> topics = new ArrayList<>();
    ordered.forEach(name -> topics.add(topic(name, partitions)));
    single.forEach(name -> topics.add(topic(name, 1)));
    return topics;
  }

  private NewTopic topic(String name, int split) {
    Map<String, String> settings = new HashMap<>();
    settings.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention.toMillis()));
    replicas
        .filter(r -> r >= FROM_THREE)
        .ifPresent(
            r -> settings.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(r - 1)));
    return new NewTopic(name, Optional.of(split), replicas).configs(settings);
  }
}
