package dev.countermark.signer.nuget;

import static dev.countermark.testkit.topics.TopicClient.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
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
import dev.countermark.contracts.State;
import dev.countermark.contracts.Topics;
import dev.countermark.contracts.Upload;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.zip.TestArchives;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signer.service.SignerServers;
import dev.countermark.signer.service.SignerTestBeans;
import dev.countermark.signing.DeadLetter;
import dev.countermark.testkit.servers.EmbeddedBroker;
import dev.countermark.testkit.topics.TopicClient;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The whole service between a real broker and a real store; only the key service is in process.
 *
 * @see "nuget reference, section 8.4, case 16"
 */
@QuarkusTest
@QuarkusTestResource(value = SignerServers.class, restrictToAnnotatedClass = true)
class SignerNugetServiceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final byte[] PACKAGE = SignedPackages.unsigned("Acme.Tools");
  private static TopicClient topics;

  @Inject KafkaClientService kafka;

  private final Random random = new Random(20_261_125);
  private final RepositoryName repository =
      RepositoryName.of("acme/r" + UUID.randomUUID().toString().substring(0, 8));
  private final AtomicInteger versions = new AtomicInteger();
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

  private Identity push() {
    return push(PACKAGE);
  }

  /** Leaves in the store what the gateway leaves there, and tells nobody. */
  private Identity push(byte[] file) {
    Identity identity = new Identity("acme.tools", "1.0." + versions.incrementAndGet());
    Part part = new Part(TestFeed.hex(file), file.length, UUID.randomUUID().toString());
    SignerTestBeans.store.put(ObjectKeys.content(part.sha256(), part.upload()), file, file.length);
    records.create(
        key(identity),
        new VersionRecord(
            1,
            repository,
            identity,
            identity.id(),
            identity.version(),
            new Upload(List.of(part), file.length, TestFeed.hex(file)),
            "not looked at",
            Bytes.utf8("not looked at"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Instant.now(),
            Optional.empty(),
            true,
            State.RECEIVED,
            Optional.empty(),
            Optional.empty()));
    return identity;
  }

  private String key(Identity identity) {
    return NugetKeys.version(repository, identity);
  }

  private String eventKey(Identity identity) {
    return NugetFormat.eventKey(repository, identity.toString());
  }

  private void announce(Identity identity) {
    topics.send(
        Topics.uploads("nuget"), eventKey(identity), uploaded(repository, identity).toJson());
  }

  private CloudEvent uploaded(RepositoryName claimed, Identity identity) {
    return CloudEvent.of(
        UUID.randomUUID().toString(),
        "/upload-gateway",
        PackageUploaded.TYPE,
        NugetFormat.purl(claimed, identity.toString()),
        Instant.now(),
        new PackageUploaded(
            claimed,
            identity.toString(),
            digest(identity),
            "application/octet-stream",
            Instant.now()));
  }

  private void resync(Identity identity) {
    CloudEvent event =
        CloudEvent.of(
            UUID.randomUUID().toString(),
            "/upload-gateway",
            PackageResyncRequested.TYPE,
            NugetFormat.purl(repository, identity.toString()),
            Instant.now(),
            new PackageResyncRequested(
                repository, identity.toString(), digest(identity), "rotation"));
    topics.send(Topics.resyncs("nuget"), eventKey(identity), event.toJson());
  }

  private String digest(Identity identity) {
    return "sha256:"
        + records
            .read(key(identity), VersionRecord.class)
            .map(r -> r.upload().sha256())
            .orElse("ab".repeat(32));
  }

  private VersionRecord record(Identity identity) {
    return records.read(key(identity), VersionRecord.class).orElseThrow();
  }

  private void awaitSigned(Identity identity) {
    await().atMost(PATIENCE).until(() -> record(identity).state() == State.AVAILABLE);
  }

  private <T> List<T> outcomes(Identity identity, String type, Class<T> data) {
    return topics.read(Topics.OUTCOMES, r -> eventKey(identity).equals(r.key())).stream()
        .map(r -> CloudEvent.fromJson(r.value()))
        .filter(e -> e.type().equals(type))
        .map(e -> e.dataAs(data))
        .toList();
  }

  private List<PackageSigned> signatures(Identity identity) {
    return outcomes(identity, PackageSigned.TYPE, PackageSigned.class).stream()
        .filter(PackageSigned::changed)
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
  private static void awaitEverythingCommitted() {
    await().atMost(PATIENCE).until(() -> topics.lag("signer-nuget", Topics.uploads("nuget")) == 0);
    await()
        .atMost(PATIENCE)
        .until(() -> topics.lag("signer-nuget-resyncs", Topics.resyncs("nuget")) == 0);
  }

  private void assertSignedOnce(Identity identity) {
    assertThat(record(identity).generation()).isEqualTo(2);
    assertThat(signatures(identity)).hasSize(1);
  }

  @Test
  void signsAPackageAndTellsOfIt() {
    Identity identity = push();
    announce(identity);

    awaitSigned(identity);
    await().atMost(PATIENCE).until(() -> signatures(identity).size() == 1);
    PackageSigned told = signatures(identity).get(0);
    assertThat(told.keyVersion()).isEqualTo(1);
    assertThat(told.digest()).isEqualTo("sha256:" + TestFeed.hex(PACKAGE));
    assertThat(told.artifacts())
        .containsExactly(record(identity).signed().orElseThrow().file().etag());
    assertThat(record(identity).signed().orElseThrow().signature().serviceIndex())
        .isEqualTo("https://registry.example:8443/" + repository + "/nuget/v3/index.json");
    awaitEverythingCommitted();
  }

  @Test
  void signsOnceHoweverOftenAndInWhateverOrderEventsCome() {
    List<Identity> all = new ArrayList<>();
    List<Runnable> events = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Identity identity = push();
      all.add(identity);
      for (int repeat = 0; repeat < 3; repeat++) {
        events.add(() -> announce(identity));
      }
      events.add(() -> resync(identity));
    }
    Collections.shuffle(events, random);
    events.forEach(Runnable::run);

    all.forEach(this::awaitSigned);
    awaitEverythingCommitted();
    all.forEach(this::assertSignedOnce);
  }

  @Test
  void changesNothingWhenItReadsEverythingAgain() {
    List<Identity> all = List.of(push(), push(), push());
    all.forEach(this::announce);
    all.forEach(this::awaitSigned);
    awaitEverythingCommitted();
    List<VersionRecord> before = all.stream().map(this::record).toList();
    int told = outcomes(all.get(0), PackageSigned.TYPE, PackageSigned.class).size();

    // What a restart does whose commits were lost.
    kafka
        .<String, byte[]>getConsumer("uploads-nuget")
        .runOnPollingThread(SignerNugetServiceTest::rewind)
        .await()
        .atMost(PATIENCE);

    await()
        .atMost(PATIENCE)
        .until(() -> outcomes(all.get(0), PackageSigned.TYPE, PackageSigned.class).size() > told);
    Identity last = push();
    announce(last);
    awaitSigned(last);
    assertThat(all.stream().map(this::record).toList()).isEqualTo(before);
    all.forEach(this::assertSignedOnce);
  }

  private static Void rewind(Consumer<String, byte[]> consumer) {
    consumer.seekToBeginning(consumer.assignment());
    return null;
  }

  @Test
  void waitsForAKeyServiceThatIsAway() {
    SignerTestBeans.keysAway = true;
    List<Identity> all = List.of(push(), push(), push());
    all.forEach(this::announce);
    int before = SignerTestBeans.REFUSED_CALLS.get();
    await().atMost(PATIENCE).until(() -> SignerTestBeans.REFUSED_CALLS.get() > before + 6);
    assertThat(all).allSatisfy(i -> assertThat(record(i).state()).isEqualTo(State.RECEIVED));

    SignerTestBeans.keysAway = false;

    all.forEach(this::awaitSigned);
    awaitEverythingCommitted();
    all.forEach(this::assertSignedOnce);
  }

  @Test
  void survivesAStoreThatFailsBeforeAndAfterTheWrite() {
    Identity before = push();
    Identity after = push();
    AtomicInteger failuresBefore = new AtomicInteger(3);
    AtomicInteger failuresAfter = new AtomicInteger(1);
    SignerTestBeans.store.beforeReplace =
        key -> {
          if (key.equals(key(before)) && failuresBefore.getAndDecrement() > 0) {
            throw new Failure.Transient("the store went away between signing and writing", null);
          }
        };
    SignerTestBeans.store.afterReplace =
        key -> {
          if (key.equals(key(after)) && failuresAfter.getAndDecrement() > 0) {
            throw new Failure.Transient("the answer to the write was lost", null);
          }
        };
    announce(before);
    announce(after);

    awaitSigned(before);
    awaitSigned(after);
    awaitEverythingCommitted();
    assertThat(record(before).generation()).isEqualTo(2);
    assertThat(record(after).generation()).isEqualTo(2);
    assertThat(outcomes(before, PackageSigned.TYPE, PackageSigned.class)).hasSize(1);
    assertThat(outcomes(after, PackageSigned.TYPE, PackageSigned.class)).hasSize(1);
  }

  @Test
  void refusesWhatCannotBeSignedAndTellsOfIt() {
    Identity broken = push(TestArchives.ascii("no archive, but long enough to be one"));
    announce(broken);

    await().atMost(PATIENCE).until(() -> record(broken).state() == State.REFUSED);
    await()
        .atMost(PATIENCE)
        .until(() -> !outcomes(broken, PackageRefused.TYPE, PackageRefused.class).isEmpty());
    assertThat(record(broken).refusal().orElseThrow().code()).isEqualTo(Refusal.MALFORMED_PACKAGE);
    awaitEverythingCommitted();
  }

  @Test
  void givesUpAPoisonRecordAndGoesOn() {
    Identity poison = push();
    Identity healthy = push();
    SignerTestBeans.store.beforeReplace =
        key -> {
          if (key.equals(key(poison))) {
            throw new IllegalArgumentException("a bug, on purpose");
          }
        };
    String garbageKey = "garbage " + UUID.randomUUID();
    topics.send(Topics.uploads("nuget"), garbageKey, new byte[] {0, 1, 2});
    announce(poison);
    announce(healthy);

    awaitSigned(healthy);
    var garbage = awaitDeadLetters(garbageKey).get(0);
    assertThat(garbage.value()).containsExactly(0, 1, 2);
    assertThat(header(garbage, DeadLetter.FAILURE_CODE)).isEqualTo("MALFORMED_EVENT");
    var letter = awaitDeadLetters(eventKey(poison)).get(0);
    assertThat(header(letter, DeadLetter.FAILURE_CODE)).isEqualTo("UNFORESEEN");
    assertThat(record(poison).state()).isEqualTo(State.RECEIVED);
    awaitEverythingCommitted();
  }

  @Test
  void signsNothingForAForgedEvent() {
    Identity unknown = new Identity("acme.tools", "6.6.6");
    announce(unknown);
    Identity received = push();
    RepositoryName other = RepositoryName.of("evil/app");
    topics.send(
        Topics.uploads("nuget"),
        NugetFormat.eventKey(other, received.toString()),
        uploaded(other, received).toJson());
    Identity healthy = push();
    announce(healthy);

    awaitSigned(healthy);
    awaitEverythingCommitted();
    assertThat(record(received).state()).isEqualTo(State.RECEIVED);
    assertThat(records.read(key(unknown), VersionRecord.class)).isEmpty();
    assertThat(topics.read(Topics.OUTCOMES, r -> eventKey(unknown).equals(r.key()))).isEmpty();
  }

  @Test
  void bringsSignaturesUpToANewKeyInAResync() {
    Identity identity = push();
    announce(identity);
    awaitSigned(identity);
    var newKey = SignerTestBeans.KEYS.rotate(repository, new Purpose("nuget"));
    resync(identity);
    resync(identity);

    await()
        .atMost(PATIENCE)
        .until(() -> record(identity).signed().orElseThrow().signature().keyVersion() == 2);
    assertThat(record(identity).signed().orElseThrow().signature().certificate())
        .isEqualTo(newKey.leafFingerprint().orElseThrow());
    awaitEverythingCommitted();
    assertThat(record(identity).generation()).isEqualTo(3);
    assertThat(signatures(identity)).hasSize(2);
  }
}
