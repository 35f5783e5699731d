package dev.countermark.gateway.backlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.testkit.servers.EmbeddedBroker;
import dev.countermark.testkit.time.HandSetClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** With a real broker. */
class KafkaBacklogsTest {
  private static final EmbeddedBroker BROKER = EmbeddedBroker.start();
  private static final Map<String, Object> SETTINGS =
      Map.of("bootstrap.servers", BROKER.bootstrapServers());
  private static final Queue QUEUE = new Queue("test", "upload", "backlog-test", "backlog-group");
  private static final Queue NOWHERE = new Queue("test", "resync", "no-topic", "no-group");

  private final KafkaBacklogs source = new KafkaBacklogs(SETTINGS);

  @AfterAll
  static void end() {
    BROKER.close();
  }

  private static void write(Instant at) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(SETTINGS, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(new ProducerRecord<>(QUEUE.topic(), 0, at.toEpochMilli(), null, new byte[100]))
          .get(20, TimeUnit.SECONDS);
    }
  }

  private Backlog look() throws IOException {
    return source.look(List.of(QUEUE, NOWHERE)).get(QUEUE);
  }

  @Test
  void whatNobodyAcknowledgesGrowsOldAndWhatSomebodyDoesIsGone() throws Exception {
    Instant first = Instant.ofEpochMilli(System.currentTimeMillis() - 90_000);
    try (Admin admin = Admin.create(SETTINGS)) {
      admin.createTopics(List.of(new NewTopic(QUEUE.topic(), 2, (short) 1))).all().get();
      await().ignoreExceptions().until(() -> look().equals(Backlog.NONE));

      write(first);
      write(first.plusSeconds(30));
      assertThat(look()).isEqualTo(new Backlog(2, Optional.of(first)));
      assertThat(source.look(List.of(QUEUE, NOWHERE)).get(NOWHERE)).isEqualTo(Backlog.NONE);

      commit(admin, 1);
      assertThat(look()).isEqualTo(new Backlog(1, Optional.of(first.plusSeconds(30))));
      commit(admin, 2);
      assertThat(look()).isEqualTo(Backlog.NONE);
    } finally {
      source.close();
    }
  }

  private static void commit(Admin admin, long offset) throws Exception {
    admin
        .alterConsumerGroupOffsets(
            QUEUE.group(),
            Map.of(new TopicPartition(QUEUE.topic(), 0), new OffsetAndMetadata(offset)))
        .all()
        .get(20, TimeUnit.SECONDS);
  }

  @Test
  void theAgeGrowsWhileNobodyCanBeAsked() throws Exception {
    HandSetClock clock = new HandSetClock(Instant.EPOCH.plusSeconds(100));
    boolean[] away = {false};
    Backlogs backlogs =
        new Backlogs(
            List.of(QUEUE, NOWHERE),
            queues -> {
              if (away[0]) {
                throw new IOException("away");
              }
              return Map.of(QUEUE, new Backlog(3, Optional.of(clock.instant().minusSeconds(5))));
            },
            format -> Optional.empty(),
            clock);
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    backlogs.show(meters);
    assertThat(meters.get("countermark.backlog.oldest").tag("lane", "upload").gauge().value())
        .isZero();

    backlogs.look();
    away[0] = true;
    clock.advance(Duration.ofMinutes(1));

    assertThat(meters.get("countermark.backlog.oldest").tag("lane", "upload").gauge().value())
        .isEqualTo(65);
    assertThat(meters.get("countermark.backlog.records").tag("lane", "upload").gauge().value())
        .isEqualTo(3);
    assertThat(meters.get("countermark.backlog.oldest").tag("lane", "resync").gauge().value())
        .isZero();
  }

  @Test
  void whatSignersHandedOverCountsAmongUploads() {
    HandSetClock clock = new HandSetClock(Instant.EPOCH.plusSeconds(100));
    Backlogs backlogs =
        new Backlogs(
            List.of(QUEUE, NOWHERE),
            queues -> Map.of(),
            format -> Optional.of(Instant.EPOCH.plusSeconds(40)),
            clock);

    assertThat(backlogs.oldest(QUEUE)).isEqualTo(Duration.ofSeconds(60));
    assertThat(backlogs.oldest(NOWHERE)).isZero();
  }
}
