package dev.countermark.signer.oci;

import static dev.countermark.testkit.topics.TopicClient.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Topics;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signer.service.SignerServers;
import dev.countermark.signer.service.SignerTestBeans;
import dev.countermark.signing.DeadLetter;
import dev.countermark.testkit.oci.Manifest;
import dev.countermark.testkit.oci.SampleImage;
import dev.countermark.testkit.servers.EmbeddedBroker;
import dev.countermark.testkit.topics.TopicClient;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole service between a real broker and a real store; only the key service is in process. */
@QuarkusTest
@QuarkusTestResource(value = SignerServers.class, restrictToAnnotatedClass = true)
class SignerOciServiceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static TopicClient topics;

  @TestHTTPResource("/")
  URI service;

  private final Random random = new Random(20_261_124);
  private final RepositoryName repository =
      RepositoryName.of("acme/r" + UUID.randomUUID().toString().substring(0, 8));
  private final String name = repository + "/app";
  private Records records;

  @BeforeAll
  static void connect() {
    topics = new TopicClient(EmbeddedBroker.shared().bootstrapServers());
  }

  @AfterAll
  static void disconnect() {
    topics.close();
  }

  @BeforeEach
  void createTheRepository() {
    records = new Records(SignerTestBeans.store);
    records.create(
        ObjectKeys.repository(repository), new RepositoryRecord(1, repository, Instant.now()));
  }

  @AfterEach
  void repair() {
    SignerTestBeans.repair();
  }

  private String store(Manifest manifest) {
    records.create(
        OciKeys.manifest(name, manifest.digest()),
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
        OciFormat.purl(name, digest),
        Instant.now(),
        new PackageUploaded(repository, name, digest, SampleImage.OCI_MANIFEST, Instant.now()));
  }

  private void announce(String digest) {
    topics.send(Topics.uploads("oci"), OciFormat.eventKey(name, digest), uploaded(digest).toJson());
  }

  private ManifestRecord record(String digest) {
    return records.read(OciKeys.manifest(name, digest), ManifestRecord.class).orElseThrow();
  }

  private void awaitSigned(String digest) {
    await().atMost(PATIENCE).until(() -> record(digest).state() == State.AVAILABLE);
    var key = SignerTestBeans.KEYS.current(repository, new Purpose("oci"));
    assertThat(Oracle.legacyReferences(record(digest), key))
        .containsExactly("registry.example:8443/" + name);
    assertThat(Oracle.bundles(record(digest), key)).isEqualTo(1);
  }

  private List<PackageSigned> outcomes(String digest) {
    return topics
        .read(Topics.OUTCOMES, r -> OciFormat.eventKey(name, digest).equals(r.key()))
        .stream()
        .map(r -> CloudEvent.fromJson(r.value()))
        .filter(e -> e.type().equals(PackageSigned.TYPE))
        .map(e -> e.dataAs(PackageSigned.class))
        .toList();
  }

  private static List<ConsumerRecord<String, byte[]>> awaitDeadLetters(String key) {
    return await()
        .atMost(PATIENCE)
        .until(
            () -> topics.read(Topics.DEAD_LETTERS, r -> key.equals(r.key())),
            found -> !found.isEmpty());
  }

  /** Nothing was consumed that is not acknowledged. */
  private static void awaitEverythingCommitted(String group, String topic) {
    await().atMost(PATIENCE).until(() -> topics.lag(group, topic) == 0);
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
    awaitEverythingCommitted("signer-oci", Topics.uploads("oci"));
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
    awaitEverythingCommitted("signer-oci", Topics.uploads("oci"));
    for (String digest : digests) {
      assertThat(record(digest).generation()).isEqualTo(2);
      assertThat(outcomes(digest).stream().filter(PackageSigned::changed)).hasSize(1);
    }
  }

  @Test
  void givesUpAPoisonRecordAndGoesOn() {
    String poison = image();
    String healthy = image();
    SignerTestBeans.store.beforeReplace =
        key -> {
          if (key.equals(OciKeys.manifest(name, poison))) {
            throw new IllegalArgumentException("a bug, on purpose");
          }
        };
    String garbageKey = "garbage " + UUID.randomUUID();
    topics.send(Topics.uploads("oci"), garbageKey, new byte[] {0, 1, 2});
    announce(poison);
    announce(healthy);

    awaitSigned(healthy);
    var garbage = awaitDeadLetters(garbageKey).get(0);
    assertThat(garbage.value()).containsExactly(0, 1, 2);
    assertThat(header(garbage, DeadLetter.FAILURE_CODE)).isEqualTo("MALFORMED_EVENT");
    assertThat(header(garbage, DeadLetter.SOURCE_TOPIC)).isEqualTo(Topics.uploads("oci"));
    var letter = awaitDeadLetters(OciFormat.eventKey(name, poison)).get(0);
    assertThat(header(letter, DeadLetter.FAILURE_CODE)).isEqualTo("UNFORESEEN");
    assertThat(header(letter, DeadLetter.ATTEMPTS)).isEqualTo("1");
    assertThat(CloudEvent.fromJson(letter.value()).subject())
        .isEqualTo(OciFormat.purl(name, poison));
    assertThat(record(poison).state()).isEqualTo(State.RECEIVED);
    awaitEverythingCommitted("signer-oci", Topics.uploads("oci"));
  }

  @Test
  void survivesAStoreThatFailsBeforeAndAfterTheWrite() {
    String before = image();
    String after = image();
    AtomicInteger failuresBefore = new AtomicInteger(3);
    AtomicInteger failuresAfter = new AtomicInteger(1);
    SignerTestBeans.store.beforeReplace =
        key -> {
          if (key.equals(OciKeys.manifest(name, before)) && failuresBefore.getAndDecrement() > 0) {
            throw new Failure.Transient("the store went away between signing and writing", null);
          }
        };
    SignerTestBeans.store.afterReplace =
        key -> {
          if (key.equals(OciKeys.manifest(name, after)) && failuresAfter.getAndDecrement() > 0) {
            throw new Failure.Transient("the answer to the write was lost", null);
          }
        };
    announce(before);
    announce(after);

    awaitSigned(before);
    awaitSigned(after);
    awaitEverythingCommitted("signer-oci", Topics.uploads("oci"));
    assertThat(record(before).generation()).isEqualTo(2);
    assertThat(record(after).generation()).isEqualTo(2);
    assertThat(outcomes(before)).hasSize(1);
    assertThat(outcomes(after)).hasSize(1);
  }

  @Test
  void tellsAgainWhenTheBrokerDidNotTakeTheOutcome() {
    String digest = image();
    SignerTestBeans.BROKEN_PUBLICATIONS.put(digest, new AtomicInteger(3));
    announce(digest);

    awaitSigned(digest);
    await().atMost(PATIENCE).until(() -> outcomes(digest).size() == 1);
    assertThat(outcomes(digest).get(0).changed()).isTrue();
    awaitEverythingCommitted("signer-oci", Topics.uploads("oci"));
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
            OciFormat.purl(name, received),
            Instant.now(),
            new PackageUploaded(other, name, received, SampleImage.OCI_MANIFEST, Instant.now()));
    topics.send(Topics.uploads("oci"), key, forged.toJson());

    var letter = awaitDeadLetters(key).get(0);
    assertThat(header(letter, DeadLetter.FAILURE_CODE)).isEqualTo("MALFORMED_EVENT");
    awaitEverythingCommitted("signer-oci", Topics.uploads("oci"));
    assertThat(record(received).state()).isEqualTo(State.RECEIVED);
    assertThat(outcomes(unknown)).isEmpty();
    assertThat(records.read(OciKeys.manifest(name, unknown), ManifestRecord.class)).isEmpty();
  }

  @Test
  void bringsSignaturesUpToANewKeyInAResync() {
    String digest = image();
    announce(digest);
    awaitSigned(digest);
    var newKey = SignerTestBeans.KEYS.rotate(repository, new Purpose("oci"));
    CloudEvent resync =
        CloudEvent.of(
            UUID.randomUUID().toString(),
            "/upload-gateway",
            PackageResyncRequested.TYPE,
            OciFormat.purl(name, digest),
            Instant.now(),
            new PackageResyncRequested(repository, name, digest, "rotation"));
    topics.send(Topics.resyncs("oci"), OciFormat.eventKey(name, digest), resync.toJson());

    await()
        .atMost(PATIENCE)
        .until(() -> record(digest).signatures().orElseThrow().by().size() == 2);
    assertThat(Oracle.bundles(record(digest), newKey)).isEqualTo(1);
    awaitEverythingCommitted("signer-oci-resyncs", Topics.resyncs("oci"));
  }

  @Test
  void showsItsHealthAndItsMeters() throws Exception {
    String digest = image();
    announce(digest);
    awaitSigned(digest);
    awaitEverythingCommitted("signer-oci", Topics.uploads("oci"));

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
