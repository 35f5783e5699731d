package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.readiness.BrokerProbe;
import dev.countermark.readiness.PlatformTopics;
import dev.countermark.testkit.servers.EmbeddedBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Services make the topics that are missing, all of them at the same time, and no other. */
class PlatformTopicsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static EmbeddedBroker broker;
  private static Admin admin;

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start();
    admin = Admin.create(settings());
  }

  @AfterAll
  static void stop() {
    admin.close();
    broker.close();
  }

  private static Map<String, Object> settings() {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }

  private static BrokerProbe service(String topic) {
    PlatformTopics made = new PlatformTopics(5, Optional.empty(), Duration.ofDays(3));
    return new BrokerProbe(settings(), made.of(List.of(topic), List.of(topic + ".single")));
  }

  /** The broker tells of a topic a moment after it said that it is made. */
  private static TopicDescription describe(String topic) {
    return await()
        .ignoreExceptions()
        .until(
            () -> admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic),
            described -> true);
  }

  @Test
  void severalServicesMakeThemAtTheSameTime() throws Exception {
    List<CompletableFuture<Optional<String>>> all =
        IntStream.range(0, 4)
            .mapToObj(
                i -> CompletableFuture.supplyAsync(() -> service("together").prepare(PATIENCE)))
            .toList();

    for (CompletableFuture<Optional<String>> each : all) {
      assertThat(each.get()).isEmpty();
    }
    assertThat(describe("together").partitions()).hasSize(5);
    assertThat(describe("together.single").partitions()).hasSize(1);
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "together");
    assertThat(
            admin
                .describeConfigs(List.of(resource))
                .all()
                .get()
                .get(resource)
                .get("retention.ms")
                .value())
        .isEqualTo(Long.toString(Duration.ofDays(3).toMillis()));
  }

  @Test
  void whatIsThereIsLeftAsItIs() throws Exception {
    admin.createTopics(List.of(new NewTopic("kept", 2, (short) 1))).all().get();

    assertThat(service("kept").prepare(PATIENCE)).isEmpty();

    assertThat(describe("kept").partitions()).hasSize(2);
  }

  /** Only its id tells a topic from one of the same name that knows nothing. */
  @Test
  void aTopicThatWasLostIsMadeAgainAndIsAnotherOne() throws Exception {
    BrokerProbe service = service("lost");
    assertThat(service.identity()).as("before it is there").isEmpty();
    assertThat(service.prepare(PATIENCE)).isEmpty();
    Map<String, String> before =
        await().until(service::identity, Optional::isPresent).orElseThrow();
    assertThat(service.identity()).contains(before);

    admin.deleteTopics(List.of("lost")).all().get();
    await().until(() -> service.identity().isEmpty());
    assertThat(service.prepare(PATIENCE)).isEmpty();

    Map<String, String> after = await().until(service::identity, Optional::isPresent).orElseThrow();
    assertThat(after).containsOnlyKeys("lost", "lost.single");
    assertThat(after.get("lost")).isNotEqualTo(before.get("lost"));
  }

  @Test
  void aBrokerThatIsAwayIsWaitedForOnlySoLong() {
    BrokerProbe service =
        new BrokerProbe(
            Map.of("bootstrap.servers", "127.0.0.1:1"), List.of(new NewTopic("x", 1, (short) 1)));

    assertThat(service.prepare(Duration.ZERO)).isPresent();
    assertThat(service.identity()).isEmpty();
  }
}
