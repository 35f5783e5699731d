package dev.countermark.signer.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.OciRecords.ManifestRecord;
import dev.countermark.contracts.OciRecords.OciSettings;
import dev.countermark.contracts.OciRecords.State;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.Topics;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signing.DeadLetter;
import dev.countermark.testkit.registry.Manifest;
import dev.countermark.testkit.registry.SampleImage;
import dev.countermark.testkit.servers.EmbeddedBroker;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole service between a real broker and a real store; only the key service is in process. */
@QuarkusTest
@QuarkusTestResource(value = Servers.class, restrictToAnnotatedClass = true)
class SignerOciServiceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static KafkaProducer<String, byte[]> producer;
  private static Admin admin;

  @TestHTTPResource("/")
  URI service;

  private final Random random = new Random(20_261_124);
  private final RepositoryName repository =
      RepositoryName.of("acme/r" + UUID.randomUUID().toString().substring(0, 8));
  private final String name = repository + "/app";
  private Records records;

  @BeforeAll
  static void connect() {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", EmbeddedBroker.shared().bootstrapServers());
    settings.put("acks", "all");
    producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    admin = Admin.create(settings);
  }

  @AfterAll
  static void disconnect() {
    producer.close();
    admin.close();
  }

  @BeforeEach
  void createTheRepository() {
    records = new Records(TestBeans.store);
    records.create(
        ObjectKeys.repository(repository),
        new RepositoryRecord(1, repository, Instant.now(), OciSettings.defaults()));
  }

  @AfterEach
  void repair() {
    TestBeans.store.beforeReplace = key -> {};
    TestBeans.store.afterReplace = key -> {};
  }

  private String store(Manifest manifest) {
    records.create(
        ObjectKeys.ociManifest(name, manifest.digest()),
        new ManifestRecord(
            1,
            repository,
            name,
            manifest.digest(),
            manifest.mediaType(),
            manifest.content(),
            Instant.now(),
            State.RECEIVED,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
    return manifest.digest();
  }

  private List<String> store(SampleImage image) {
    List<String> digests = new ArrayList<>();
    image.children().forEach(c -> digests.addAll(store(c)));
    digests.add(store(image.manifest()));
    return digests;
  }

  private String image() {
    return store(SampleImage.oci(random.nextLong()).manifest());
  }

  private CloudEvent uploaded(String digest) {
    return CloudEvent.of(
        UUID.randomUUID().toString(),
        "/upload-gateway",
        PackageUploaded.TYPE,
        Events.ociPurl(name, digest),
        Instant.now(),
        new PackageUploaded(repository, name, digest, SampleImage.OCI_MANIFEST, Instant.now()));
  }

  private void announce(String digest) {
    send(Topics.UPLOADS_OCI, Events.ociKey(name, digest), uploaded(digest).toJson());
  }

  private static void send(String topic, String key, byte[] value) {
    try {
      producer.send(new ProducerRecord<>(topic, key, value)).get(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private ManifestRecord record(String digest) {
    return records.read(ObjectKeys.ociManifest(name, digest), ManifestRecord.class).orElseThrow();
  }

  private void awaitSigned(String digest) {
    await().atMost(PATIENCE).until(() -> record(digest).state() == State.AVAILABLE);
    var key = TestBeans.KEYS.current(repository, Purpose.OCI);
    assertThat(Oracle.legacyReferences(record(digest), key))
        .containsExactly("registry.example:8443/" + name);
    assertThat(Oracle.bundles(record(digest), key)).isEqualTo(1);
  }

  /** Everything in a topic that satisfies the filter, read from its beginning. */
  private static List<ConsumerRecord<String, byte[]>> read(
      String topic, java.util.function.Predicate<ConsumerRecord<String, byte[]>> filter) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", EmbeddedBroker.shared().bootstrapServers());
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
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

  private List<PackageSigned> outcomes(String digest) {
    return read(Topics.OUTCOMES, r -> Events.ociKey(name, digest).equals(r.key())).stream()
        .map(r -> CloudEvent.fromJson(r.value()))
        .filter(e -> e.type().equals(PackageSigned.TYPE))
        .map(e -> e.dataAs(PackageSigned.class))
        .toList();
  }

  private static List<ConsumerRecord<String, byte[]>> awaitDeadLetters(String key) {
    return await()
        .atMost(PATIENCE)
        .until(
            () -> read(Topics.DEAD_LETTERS, r -> key.equals(r.key())), found -> !found.isEmpty());
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  /** Nothing was consumed that is not acknowledged. */
  private static void awaitEverythingCommitted(String group, String topic) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              var committed =
                  admin
                      .listConsumerGroupOffsets(group)
                      .partitionsToOffsetAndMetadata()
                      .get(10, TimeUnit.SECONDS);
              for (int p = 0; ; p++) {
                TopicPartition partition = new TopicPartition(topic, p);
                if (p >= partitions(topic)) {
                  return;
                }
                long end =
                    admin
                        .listOffsets(Map.of(partition, OffsetSpec.latest()))
                        .partitionResult(partition)
                        .get(10, TimeUnit.SECONDS)
                        .offset();
                long at = committed.get(partition) == null ? 0 : committed.get(partition).offset();
                assertThat(at).as("committed in partition %s of %s", p, end).isEqualTo(end);
              }
            });
  }

  private static int partitions(String topic) throws Exception {
    return admin
        .describeTopics(List.of(topic))
        .allTopicNames()
        .get(10, TimeUnit.SECONDS)
        .get(topic)
        .partitions()
        .size();
  }

  @Test
  void signsAnImageAndTellsOfIt() {
    String digest = image();
    announce(digest);

    awaitSigned(digest);
    await().atMost(PATIENCE).until(() -> outcomes(digest).size() == 1);
    PackageSigned told = outcomes(digest).get(0);
    assertThat(told.changed()).isTrue();
    assertThat(told.keyVersion()).isEqualTo(1);
    assertThat(told.artifacts())
        .containsExactly(
            record(digest).signatures().orElseThrow().signatureManifest().orElseThrow(),
            record(digest).signatures().orElseThrow().bundleManifests().get(0));
    awaitEverythingCommitted("signer-oci", Topics.UPLOADS_OCI);
  }

  @Test
  void writesOncePerManifestHoweverOftenAndInWhateverOrderEventsCome() {
    List<String> digests = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      digests.addAll(store(SampleImage.ociIndex(random.nextLong())));
      digests.add(image());
    }
    List<String> events = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      events.addAll(digests);
    }
    Collections.shuffle(events, random);
    events.forEach(this::announce);

    digests.forEach(this::awaitSigned);
    awaitEverythingCommitted("signer-oci", Topics.UPLOADS_OCI);
    for (String digest : digests) {
      assertThat(record(digest).generation()).isEqualTo(2);
      assertThat(outcomes(digest).stream().filter(PackageSigned::changed)).hasSize(1);
    }
  }

  @Test
  void givesUpAPoisonRecordAndGoesOn() {
    String poison = image();
    String healthy = image();
    TestBeans.store.beforeReplace =
        key -> {
          if (key.equals(ObjectKeys.ociManifest(name, poison))) {
            throw new IllegalArgumentException("a bug, on purpose");
          }
        };
    String garbageKey = "garbage " + UUID.randomUUID();
    send(Topics.UPLOADS_OCI, garbageKey, new byte[] {0, 1, 2});
    announce(poison);
    announce(healthy);

    awaitSigned(healthy);
    var garbage = awaitDeadLetters(garbageKey).get(0);
    assertThat(garbage.value()).containsExactly(0, 1, 2);
    assertThat(header(garbage, DeadLetter.FAILURE_CODE)).isEqualTo("MALFORMED_EVENT");
    assertThat(header(garbage, DeadLetter.SOURCE_TOPIC)).isEqualTo(Topics.UPLOADS_OCI);
    var letter = awaitDeadLetters(Events.ociKey(name, poison)).get(0);
    assertThat(header(letter, DeadLetter.FAILURE_CODE)).isEqualTo("UNFORESEEN");
    assertThat(header(letter, DeadLetter.ATTEMPTS)).isEqualTo("1");
    assertThat(CloudEvent.fromJson(letter.value()).subject())
        .isEqualTo(Events.ociPurl(name, poison));
    assertThat(record(poison).state()).isEqualTo(State.RECEIVED);
    awaitEverythingCommitted("signer-oci", Topics.UPLOADS_OCI);
  }

  @Test
  void survivesAStoreThatFailsBeforeAndAfterTheWrite() {
    String before = image();
    String after = image();
    AtomicInteger failuresBefore = new AtomicInteger(3);
    AtomicInteger failuresAfter = new AtomicInteger(1);
    TestBeans.store.beforeReplace =
        key -> {
          if (key.equals(ObjectKeys.ociManifest(name, before))
              && failuresBefore.getAndDecrement() > 0) {
            throw new Failure.Transient("the store went away between signing and writing", null);
          }
        };
    TestBeans.store.afterReplace =
        key -> {
          if (key.equals(ObjectKeys.ociManifest(name, after))
              && failuresAfter.getAndDecrement() > 0) {
            throw new Failure.Transient("the answer to the write was lost", null);
          }
        };
    announce(before);
    announce(after);

    awaitSigned(before);
    awaitSigned(after);
    awaitEverythingCommitted("signer-oci", Topics.UPLOADS_OCI);
    assertThat(record(before).generation()).isEqualTo(2);
    assertThat(record(after).generation()).isEqualTo(2);
    assertThat(outcomes(before)).hasSize(1);
    assertThat(outcomes(after)).hasSize(1);
  }

  @Test
  void tellsAgainWhenTheBrokerDidNotTakeTheOutcome() {
    String digest = image();
    TestBeans.BROKEN_PUBLICATIONS.put(digest, new AtomicInteger(3));
    announce(digest);

    awaitSigned(digest);
    await().atMost(PATIENCE).until(() -> outcomes(digest).size() == 1);
    assertThat(outcomes(digest).get(0).changed()).isTrue();
    awaitEverythingCommitted("signer-oci", Topics.UPLOADS_OCI);
  }

  @Test
  void signsNothingForAForgedEvent() {
    String unknown = "sha256:" + "ab".repeat(32);
    announce(unknown);
    String received = image();
    RepositoryName other = RepositoryName.of("evil/app");
    String key = "forged " + UUID.randomUUID();
    CloudEvent forged =
        CloudEvent.of(
            key,
            "/upload-gateway",
            PackageUploaded.TYPE,
            Events.ociPurl(name, received),
            Instant.now(),
            new PackageUploaded(other, name, received, SampleImage.OCI_MANIFEST, Instant.now()));
    send(Topics.UPLOADS_OCI, key, forged.toJson());

    var letter = awaitDeadLetters(key).get(0);
    assertThat(header(letter, DeadLetter.FAILURE_CODE)).isEqualTo("MALFORMED_EVENT");
    awaitEverythingCommitted("signer-oci", Topics.UPLOADS_OCI);
    assertThat(record(received).state()).isEqualTo(State.RECEIVED);
    assertThat(outcomes(unknown)).isEmpty();
    assertThat(records.read(ObjectKeys.ociManifest(name, unknown), ManifestRecord.class)).isEmpty();
  }

  @Test
  void bringsSignaturesUpToANewKeyInAResync() {
    String digest = image();
    announce(digest);
    awaitSigned(digest);
    var newKey = TestBeans.KEYS.rotate(repository, Purpose.OCI);
    CloudEvent resync =
        CloudEvent.of(
            UUID.randomUUID().toString(),
            "/upload-gateway",
            PackageResyncRequested.TYPE,
            Events.ociPurl(name, digest),
            Instant.now(),
            new PackageResyncRequested(repository, name, digest, "rotation"));
    send(Topics.RESYNCS_OCI, Events.ociKey(name, digest), resync.toJson());

    await()
        .atMost(PATIENCE)
        .until(() -> record(digest).signatures().orElseThrow().by().size() == 2);
    assertThat(Oracle.bundles(record(digest), newKey)).isEqualTo(1);
    awaitEverythingCommitted("signer-oci-resyncs", Topics.RESYNCS_OCI);
  }

  @Test
  void showsItsHealthAndItsMeters() throws Exception {
    String digest = image();
    announce(digest);
    awaitSigned(digest);
    awaitEverythingCommitted("signer-oci", Topics.UPLOADS_OCI);

    assertThat(get("q/health/ready").statusCode()).isEqualTo(200);
    assertThat(get("q/health/live").statusCode()).isEqualTo(200);
    assertThat(get("q/metrics").body())
        .contains("countermark_signing_lag_seconds_bucket{format=\"oci\",lane=\"upload\"")
        .contains("countermark_signing_outcomes_total{code=\"signed\"")
        .contains("countermark_signing_in_flight{format=\"oci\",lane=\"resync\"");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(service.resolve("/" + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
