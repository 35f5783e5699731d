package dev.countermark.testkit.topics;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Sends to topics, reads them from the beginning, and looks how far a group has come. */
public final class TopicClient implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 10;

  private final Properties settings = new Properties();
  private final KafkaProducer<byte[], byte[]> producer;
  private final Admin admin;

  /**
   * @param bootstrapServers of the broker
   */
  public TopicClient(String bootstrapServers) {
    settings.put("bootstrap.servers", bootstrapServers);
    Properties sending = new Properties();
    sending.putAll(settings);
    sending.put("acks", "all");
    this.producer =
        new KafkaProducer<>(sending, new ByteArraySerializer(), new ByteArraySerializer());
    this.admin = Admin.create(settings);
  }

  /** Sends a record and waits until the broker has it. */
  public void send(String topic, String key, byte[] value) {
    send(topic, key == null ? null : key.getBytes(StandardCharsets.UTF_8), value);
  }

  /** The same with a key that need not be text. */
  public void send(String topic, byte[] key, byte[] value) {
    get(producer.send(new ProducerRecord<>(topic, key, value)));
  }

  /** Everything in a topic that satisfies the filter, read from its beginning. */
  public List<ConsumerRecord<String, byte[]>> read(
      String topic, Predicate<ConsumerRecord<String, byte[]>> filter) {
    return read(new StringDeserializer(), topic, filter);
  }

  /** The same with keys as they are. */
  public List<ConsumerRecord<byte[], byte[]>> readBytes(
      String topic, Predicate<ConsumerRecord<byte[], byte[]>> filter) {
    return read(new ByteArrayDeserializer(), topic, filter);
  }

  private <K> List<ConsumerRecord<K, byte[]>> read(
      Deserializer<K> keys, String topic, Predicate<ConsumerRecord<K, byte[]>> filter) {
    try (var consumer = new KafkaConsumer<>(settings, keys, new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<K, byte[]>> found = new ArrayList<>();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer
            .poll(Duration.ofMillis(100))
            .forEach(
                r -> {
                  if (filter.test(r)) {
                    found.add(r);
                  }
                });
      }
      return found;
    }
  }

  /** The text of a header. */
  public static String header(ConsumerRecord<?, ?> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  /** How many records of a topic a group has not yet acknowledged. */
  public long lag(String group, String topic) {
    Map<TopicPartition, OffsetAndMetadata> committed =
        get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    long lag = 0;
    for (int p = 0; p < partitions(topic); p++) {
      TopicPartition partition = new TopicPartition(topic, p);
      OffsetAndMetadata at = committed.get(partition);
      lag += end(partition) - (at == null ? 0 : at.offset());
    }
    return lag;
  }

  private int partitions(String topic) {
    return get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic).partitions().size();
  }

  private long end(TopicPartition partition) {
    return get(admin.listOffsets(Map.of(partition, OffsetSpec.latest())).partitionResult(partition))
        .offset();
  }

  private static <T> T get(Future<T> answer) {
    try {
      return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the broker does not answer", e);
    }
  }

  @Override
  public void close() {
    producer.close();
    admin.close();
  }
}
