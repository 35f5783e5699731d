package dev.countermark.gateway.backlog;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Compares what the groups of the signers have committed with the ends of the topics, and reads the
 * first record behind it, once, for when it was written. A few requests for all queues together.
 */
final class KafkaBacklogs implements Backlogs.Source, AutoCloseable {
  private static final int TIMEOUT_MILLIS = 2_000;

  /** Partitions whose first record is looked at in one go; those behind it another time. */
  private static final int MOST_READ = 64;

  private final Map<String, Object> settings;
  private final Map<TopicPartition, Written> written = new HashMap<>();

  /** The number of the look that read a partition last. */
  private final Map<TopicPartition, Long> lookedAt = new HashMap<>();

  private long looks;
  private Admin admin;
  private Consumer<byte[], byte[]> consumer;

  /** When the record of an offset was written. */
  private record Written(long offset, Instant at) {}

  /**
   * Does not connect yet.
   *
   * @param settings of any Kafka client of the service
   */
  KafkaBacklogs(Map<String, Object> settings) {
    this.settings = Map.copyOf(settings);
  }

  private Map<String, Object> known(Set<String> names) {
    Map<String, Object> known = new HashMap<>(settings);
    known.keySet().retainAll(names);
    known.put(AdminClientConfig.CLIENT_ID_CONFIG, "backlog");
    known.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
    known.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
    return known;
  }

  private Admin admin() {
    if (admin == null) {
      admin = Admin.create(known(AdminClientConfig.configNames()));
    }
    return admin;
  }

  /** It belongs to no group, and commits nothing. */
  private Consumer<byte[], byte[]> consumer() {
    if (consumer == null) {
      Map<String, Object> known = known(ConsumerConfig.configNames());
      known.remove(ConsumerConfig.GROUP_ID_CONFIG);
      known.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
      known.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
      known.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 16 << 10);
      known.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 1 << 20);
      known.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
      known.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
      consumer = new KafkaConsumer<>(known);
    }
    return consumer;
  }

  @Override
  public synchronized Map<Queue, Backlog> look(List<Queue> queues) throws IOException {
    try {
      Map<Queue, Map<TopicPartition, Stretch>> stretches = stretches(queues);
      readFirst(stretches.values().stream().flatMap(s -> s.entrySet().stream()).toList());
      return stretches.entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey, e -> backlog(e.getValue())));
    } catch (ExecutionException e) {
      throw new IOException("the broker does not tell offsets: " + e.getCause().getMessage(), e);
    } catch (KafkaException e) {
      throw new IOException("the broker does not tell offsets: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("ended", e);
    }
  }

  /**
   * What is not acknowledged of a partition.
   *
   * @param from offset of the first
   * @param end offset behind the last
   */
  private record Stretch(long from, long end) {
    long records() {
      return Math.max(0, end - from);
    }
  }

  private Backlog backlog(Map<TopicPartition, Stretch> stretches) {
    return stretches.entrySet().stream()
        .map(
            e ->
                new Backlog(
                    e.getValue().records(),
                    Optional.ofNullable(written.get(e.getKey()))
                        .filter(w -> e.getValue().records() > 0)
                        .filter(w -> w.offset() == e.getValue().from())
                        .map(Written::at)))
        .reduce(Backlog.NONE, Backlog::and);
  }

  private Map<Queue, Map<TopicPartition, Stretch>> stretches(List<Queue> queues)
      throws ExecutionException, InterruptedException {
    Map<String, List<TopicPartition>> partitions = partitions(queues);
    List<TopicPartition> all = partitions.values().stream().flatMap(List::stream).toList();
    Map<TopicPartition, Long> first = offsets(all, OffsetSpec.earliest());
    Map<TopicPartition, Long> end = offsets(all, OffsetSpec.latest());
    Map<String, Map<TopicPartition, OffsetAndMetadata>> committed = committed(queues);
    Map<Queue, Map<TopicPartition, Stretch>> found = new HashMap<>();
    for (Queue queue : queues) {
      Map<TopicPartition, OffsetAndMetadata> ofGroup =
          committed.getOrDefault(queue.group(), Map.of());
      Map<TopicPartition, Stretch> stretches = new HashMap<>();
      for (TopicPartition partition : partitions.getOrDefault(queue.topic(), List.of())) {
        // What signers have never acknowledged anything of, they read from its beginning.
        OffsetAndMetadata done = ofGroup.get(partition);
        // So they do where the topic is another one now, and shorter than what was acknowledged.
        long to = end.getOrDefault(partition, 0L);
        long acknowledged = done == null || done.offset() > to ? 0 : done.offset();
        long from = Math.max(acknowledged, first.getOrDefault(partition, 0L));
        stretches.put(partition, new Stretch(from, to));
      }
      found.put(queue, stretches);
    }
    return found;
  }

  private Map<String, List<TopicPartition>> partitions(List<Queue> queues)
      throws ExecutionException, InterruptedException {
    Map<String, List<TopicPartition>> partitions = new HashMap<>();
    var described =
        admin().describeTopics(new TreeSet<>(queues.stream().map(Queue::topic).toList()));
    for (var topic : described.topicNameValues().entrySet()) {
      try {
        TopicDescription description = topic.getValue().get();
        partitions.put(
            topic.getKey(),
            description.partitions().stream()
                .map(p -> new TopicPartition(topic.getKey(), p.partition()))
                .toList());
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
      }
    }
    return partitions;
  }

  private Map<TopicPartition, Long> offsets(List<TopicPartition> partitions, OffsetSpec which)
      throws ExecutionException, InterruptedException {
    return admin()
        .listOffsets(partitions.stream().collect(Collectors.toMap(Function.identity(), p -> which)))
        .all()
        .get()
        .entrySet()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().offset()));
  }

  private Map<String, Map<TopicPartition, OffsetAndMetadata>> committed(List<Queue> queues)
      throws ExecutionException, InterruptedException {
    return admin()
        .listConsumerGroupOffsets(
            queues.stream()
                .map(Queue::group)
                .distinct()
                .collect(
                    Collectors.toMap(
                        Function.identity(), group -> new ListConsumerGroupOffsetsSpec())))
        .all()
        .get();
  }

  /** Of partitions with something that waits, as far as it is another one than last time. */
  private void readFirst(List<Map.Entry<TopicPartition, Stretch>> all) {
    List<Map.Entry<TopicPartition, Stretch>> others = new ArrayList<>();
    for (Map.Entry<TopicPartition, Stretch> each : all) {
      Written last = written.get(each.getKey());
      if (each.getValue().records() == 0) {
        written.remove(each.getKey());
      } else if (last == null || last.offset() != each.getValue().from()) {
        others.add(each);
      }
    }
    // Who was looked at longest ago comes first: busy partitions are others at every look.
    others.sort(Comparator.comparing(each -> lookedAt.getOrDefault(each.getKey(), 0L)));
    looks++;
    Map<TopicPartition, Long> wanted = new HashMap<>();
    for (Map.Entry<TopicPartition, Stretch> each :
        others.subList(0, Math.min(MOST_READ, others.size()))) {
      wanted.put(each.getKey(), each.getValue().from());
      lookedAt.put(each.getKey(), looks);
    }
    if (wanted.isEmpty()) {
      return;
    }
    consumer().assign(new ArrayList<>(wanted.keySet()));
    wanted.forEach(consumer()::seek);
    long until = System.nanoTime() + Duration.ofMillis(TIMEOUT_MILLIS).toNanos();
    while (!wanted.isEmpty() && System.nanoTime() < until) {
      for (ConsumerRecord<byte[], byte[]> record : consumer().poll(Duration.ofMillis(200))) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        Long offset = wanted.remove(partition);
        if (offset != null) {
          written.put(partition, new Written(offset, Instant.ofEpochMilli(record.timestamp())));
          consumer().pause(List.of(partition));
        }
      }
    }
    consumer().unsubscribe();
  }

  @Override
  public synchronized void close() {
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
    if (consumer != null) {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }
}
