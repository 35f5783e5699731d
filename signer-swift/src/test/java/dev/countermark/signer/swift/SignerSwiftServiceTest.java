package dev.countermark.signer.swift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageRefused;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Topics;
import dev.countermark.contracts.Upload;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signer.service.SignerServers;
import dev.countermark.signer.service.SignerTestBeans;
import dev.countermark.signing.DeadLetter;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole service between a real broker and a real store; only the key service is in process. */
@QuarkusTest
@QuarkusTestResource(value = SignerServers.class, restrictToAnnotatedClass = true)
class SignerSwiftServiceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static TopicClient topics;

  @TestHTTPResource("/")
  URI service;

  private final Random random = new Random(20_261_125);
  private final RepositoryName repository =
      RepositoryName.of("acme/r" + UUID.randomUUID().toString().substring(0, 8));
  private final AtomicInteger patches = new AtomicInteger();
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

  private Identity push(byte[] archive) {
    Part part = new Part(Sha256.hex(archive), archive.length, UUID.randomUUID().toString());
    SignerTestBeans.store.put(
        ObjectKeys.content(part.sha256(), part.upload()), archive, archive.length);
    Identity release = new Identity("mona", "linkedlist", "1.0." + patches.incrementAndGet());
    records.create(
        key(release),
        new ReleaseRecord(
            1,
            repository,
            release,
            "mona",
            "LinkedList",
            new Upload(List.of(part), part.size(), part.sha256()),
            Optional.empty(),
            Optional.empty(),
            Instant.now(),
            UUID.randomUUID().toString(),
            State.RECEIVED,
            Optional.empty(),
            Optional.empty()));
    return release;
  }

  private Identity release() {
    return push(Archives.sample());
  }

  private String key(Identity release) {
    return SwiftKeys.release(repository, release);
  }

  private String eventKey(Identity release) {
    return SwiftFormat.eventKey(repository, release.toString());
  }

  private CloudEvent event(Identity release, String type, Object data) {
    return CloudEvent.of(
        UUID.randomUUID().toString(),
        "/upload-gateway",
        type,
        SwiftFormat.purl(repository, release.toString()),
        Instant.now(),
        data);
  }

  private String digest(Identity release) {
    return "sha256:" + record(release).upload().sha256();
  }

  private void announce(Identity release) {
    topics.send(
        Topics.uploads("swift"),
        eventKey(release),
        event(
                release,
                PackageUploaded.TYPE,
                new PackageUploaded(
                    repository,
                    release.toString(),
                    digest(release),
                    "application/zip",
                    Instant.now()))
            .toJson());
  }

  private void resync(Identity release, ResyncMode mode) {
    topics.send(
        Topics.resyncs("swift"),
        eventKey(release),
        event(
                release,
                PackageResyncRequested.TYPE,
                new PackageResyncRequested(
                    repository, release.toString(), digest(release), "campaign", mode))
            .toJson());
  }

  private ReleaseRecord record(Identity release) {
    return records.read(key(release), ReleaseRecord.class).orElseThrow();
  }

  private SignedRelease awaitSigned(Identity release) {
    await().atMost(PATIENCE).until(() -> record(release).state() == State.AVAILABLE);
    return record(release).signed().orElseThrow();
  }

  private <T> List<T> told(Identity release, String type, Class<T> data) {
    return topics.read(Topics.OUTCOMES, r -> eventKey(release).equals(r.key())).stream()
        .map(r -> CloudEvent.fromJson(r.value()))
        .filter(e -> e.type().equals(type))
        .map(e -> e.dataAs(data))
        .toList();
  }

  private List<PackageSigned> signed(Identity release) {
    return told(release, PackageSigned.TYPE, PackageSigned.class);
  }

  private static void awaitNoLag(String group, String topic) {
    await().atMost(PATIENCE).until(() -> topics.lag(group, topic) == 0);
  }

  @Test
  void signsAReleaseAndTellsOfIt() {
    Identity release = release();
    announce(release);

    SignedRelease signed = awaitSigned(release);
    signed
        .manifests()
        .forEach(
            m ->
                Oracle.assertManifestSignedBy(
                    SignerTestBeans.KEYS.current(repository, new Purpose("swift")),
                    m.content().toArray(),
                    Instant.now()));
    await().atMost(PATIENCE).until(() -> signed(release).size() == 1);
    PackageSigned told = signed(release).get(0);
    assertThat(told.changed()).isTrue();
    assertThat(told.keyVersion()).isEqualTo(1);
    assertThat(told.artifacts()).hasSize(2).first().isEqualTo("sha256:" + signed.sha256());
    awaitNoLag("signer-swift", Topics.uploads("swift"));
  }

  @Test
  void writesOncePerReleaseHoweverOftenAndInWhateverOrderEventsCome() {
    List<Identity> releases = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      releases.add(release());
    }
    List<Identity> events = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      events.addAll(releases);
    }
    Collections.shuffle(events, random);
    events.forEach(this::announce);

    releases.forEach(this::awaitSigned);
    awaitNoLag("signer-swift", Topics.uploads("swift"));
    for (Identity release : releases) {
      assertThat(record(release).generation()).isEqualTo(2);
      assertThat(signed(release).stream().filter(PackageSigned::changed)).hasSize(1);
    }
  }

  @Test
  void refusesWhatNoClientCouldUseAndTellsOfIt() {
    Identity release = push(Archives.utf8("no archive"));
    announce(release);

    await().atMost(PATIENCE).until(() -> record(release).state() == State.REFUSED);
    await()
        .atMost(PATIENCE)
        .until(() -> told(release, PackageRefused.TYPE, PackageRefused.class).size() == 1);
    assertThat(told(release, PackageRefused.TYPE, PackageRefused.class).get(0).code())
        .isEqualTo(Refusal.MALFORMED_PACKAGE);
    awaitNoLag("signer-swift", Topics.uploads("swift"));
  }

  @Test
  void givesUpAPoisonRecordAndGoesOn() {
    Identity poison = release();
    Identity healthy = release();
    SignerTestBeans.store.beforeReplace =
        key -> {
          if (key.equals(key(poison))) {
            throw new IllegalArgumentException("a bug, on purpose");
          }
        };
    announce(poison);
    announce(healthy);

    awaitSigned(healthy);
    var letters =
        await()
            .atMost(PATIENCE)
            .until(
                () -> topics.read(Topics.DEAD_LETTERS, r -> eventKey(poison).equals(r.key())),
                found -> !found.isEmpty());
    assertThat(TopicClient.header(letters.get(0), DeadLetter.FAILURE_CODE)).isEqualTo("UNFORESEEN");
    assertThat(record(poison).state()).isEqualTo(State.RECEIVED);
    awaitNoLag("signer-swift", Topics.uploads("swift"));
  }

  @Test
  void survivesAStoreAndAKeyServiceThatFail() {
    Identity release = release();
    AtomicInteger failures = new AtomicInteger(2);
    SignerTestBeans.store.beforeReplace =
        key -> {
          if (key.equals(key(release)) && failures.getAndDecrement() > 0) {
            throw new Failure.Transient("the store went away between signing and writing", null);
          }
        };
    SignerTestBeans.keysAway = true;
    announce(release);
    await()
        .atMost(PATIENCE)
        .until(() -> metrics().contains("countermark_signing_retries_total{format=\"swift\""));
    SignerTestBeans.keysAway = false;

    awaitSigned(release);
    awaitNoLag("signer-swift", Topics.uploads("swift"));
    assertThat(record(release).generation()).isEqualTo(2);
    assertThat(signed(release)).hasSize(1);
  }

  @Test
  void goesAsFarAsAResyncSays() {
    Identity release = release();
    announce(release);
    SignedRelease first = awaitSigned(release);
    SignerTestBeans.KEYS.rotate(repository, new Purpose("swift"));

    resync(release, ResyncMode.ENSURE);
    awaitNoLag("signer-swift-resyncs", Topics.resyncs("swift"));
    assertThat(record(release).generation()).isEqualTo(2);

    resync(release, ResyncMode.ROTATE_ARCHIVE);
    await().atMost(PATIENCE).until(() -> record(release).generation() == 3);
    SignedRelease rotated = record(release).signed().orElseThrow();
    assertThat(rotated.signer().keyVersion()).isEqualTo(2);
    assertThat(rotated.manifests()).isEqualTo(first.manifests());
    assertThat(rotated.sha256()).isEqualTo(first.sha256());

    resync(release, ResyncMode.RESIGN_ALL);
    await().atMost(PATIENCE).until(() -> record(release).generation() == 4);
    assertThat(record(release).signed().orElseThrow().manifests())
        .allMatch(m -> m.signer().keyVersion() == 2);
    awaitNoLag("signer-swift-resyncs", Topics.resyncs("swift"));
  }

  @Test
  void signsNothingForAForgedEvent() {
    Identity unknown = new Identity("mona", "unknown", "1.0.0");
    String key = "forged " + UUID.randomUUID();
    topics.send(
        Topics.uploads("swift"),
        key,
        event(
                unknown,
                PackageUploaded.TYPE,
                new PackageUploaded(
                    repository,
                    "mona.unknown/../1.0.0",
                    "sha256:" + "ab".repeat(32),
                    "application/zip",
                    Instant.now()))
            .toJson());

    await()
        .atMost(PATIENCE)
        .until(() -> !topics.read(Topics.DEAD_LETTERS, r -> key.equals(r.key())).isEmpty());
    awaitNoLag("signer-swift", Topics.uploads("swift"));
    assertThat(records.read(key(unknown), ReleaseRecord.class)).isEmpty();
  }

  @Test
  void showsItsHealthAndItsMeters() throws Exception {
    Identity release = release();
    announce(release);
    awaitSigned(release);
    awaitNoLag("signer-swift", Topics.uploads("swift"));

    assertThat(get("q/health/ready").statusCode()).isEqualTo(200);
    assertThat(get("q/health/live").statusCode()).isEqualTo(200);
    assertThat(metrics())
        .contains("countermark_signing_lag_seconds_bucket{format=\"swift\",lane=\"upload\"")
        .contains("countermark_signing_outcomes_total{code=\"signed\"");
  }

  private String metrics() throws Exception {
    return get("q/metrics").body();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(service.resolve("/" + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
