package dev.countermark.faults;

import dev.countermark.faults.plan.FaultKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends records of topics again, as they are: key, value and headers, into their partitions. */
final class Records implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 8_000;

  /** Of the end of a partition, or of its beginning. */
  private static final int MOST = 20;

  private final Map<String, Object> settings;
  private final KafkaProducer<byte[], byte[]> producer;

  /**
   * @param broker its address
   */
  Records(String broker) {
    this.settings = Map.of("bootstrap.servers", broker, "default.api.timeout.ms", PATIENCE_MILLIS);
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                broker,
                "acks",
                "all",
                "max.block.ms",
                PATIENCE_MILLIS,
                "request.timeout.ms",
                PATIENCE_MILLIS / 2,
                "delivery.timeout.ms",
                PATIENCE_MILLIS),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /**
   * Does it to some records of every partition.
   *
   * @return how many were sent
   * @throws KafkaException when the broker does not answer
   */
  int again(FaultKind kind, String topic, Random random) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      for (TopicPartition partition : partitions) {
        long end = ends.get(partition);
        long from = kind == FaultKind.REPLAY ? 0 : Math.max(0, end - 1 - random.nextInt(MOST));
        long to = Math.min(end, from + MOST);
        List<ProducerRecord<byte[], byte[]>> chosen = read(consumer, partition, from, to);
        if (kind == FaultKind.REORDER) {
          Collections.shuffle(chosen, random);
        }
        records.addAll(chosen);
      }
    }
    List<Future<?>> sent = new ArrayList<>();
    records.forEach(record -> sent.add(producer.send(record)));
    sent.forEach(Records::await);
    return records.size();
  }

  private static List<ProducerRecord<byte[], byte[]>> read(
      KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long from, long to) {
    consumer.assign(List.of(partition));
    consumer.seek(partition, from);
    List<ProducerRecord<byte[], byte[]>> found = new ArrayList<>();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (consumer.position(partition) < to) {
      if (System.nanoTime() > end) {
        throw new KafkaException("no records of " + partition);
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        if (record.offset() < to) {
          found.add(
              new ProducerRecord<>(
                  record.topic(),
                  record.partition(),
                  record.key(),
                  record.value(),
                  record.headers()));
        }
      }
    }
    return found;
  }

  /** Sends a record of our own, and waits until the broker has it. */
  void send(String topic, byte[] key, byte[] value) {
    await(producer.send(new ProducerRecord<>(topic, key, value)));
  }

  private static void await(Future<?> sent) {
    try {
      sent.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new KafkaException("the broker does not take records", e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(1));
  }
}
