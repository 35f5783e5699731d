package dev.countermark.signer.service;

import static dev.countermark.testkit.topics.TopicClient.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.DeadLetterHeaders;
import dev.countermark.contracts.Events.PackageRefused;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Topics;
import dev.countermark.contracts.WaitingNote;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.testkit.servers.EmbeddedBroker;
import dev.countermark.testkit.topics.TopicClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the service keeps for every format: events come more than once, in any order and forged; the
 * broker, the store and the key service go away. The whole service runs between a real broker and a
 * real store; only the key service is in process. Its subclass is a {@code QuarkusTest} with {@link
 * SignerServers}.
 */
public abstract class SignerServiceContract<R extends PackageRecord<R>, S> {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static TopicClient topics;

  @Inject KafkaClientService kafka;

  @TestHTTPResource("/")
  URI service;

  private final Random random = new Random(20_261_125);
  private final RepositoryName repository =
      RepositoryName.of("acme/r" + UUID.randomUUID().toString().substring(0, 8));
  private final AtomicInteger numbers = new AtomicInteger();
  private Records records;

  protected abstract Format<R, S> format();

  protected abstract PushedPackages<R> packages();

  /** Asks an oracle whether the signatures are right. */
  protected abstract void assertSignedBy(R record, PublicKeyVersion key);

  /** The mode of a resync that signs with a new key. */
  protected ResyncMode renewal() {
    return ResyncMode.ENSURE;
  }

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

  private PushedPackages.Place here() {
    return new PushedPackages.Place(SignerTestBeans.store, repository, Instant.now());
  }

  /** One that can be signed; nobody is told. */
  protected final R push() {
    return packages().sound(here(), numbers.incrementAndGet());
  }

  /** As it is in the store now. */
  protected final R current(R record) {
    return records.read(key(record), format().recordType()).orElseThrow();
  }

  private String key(R record) {
    return format()
        .recordKey(record.repository(), record.packageName(), record.digest())
        .orElseThrow();
  }

  /** The repository's newest key. */
  protected final PublicKeyVersion rotate() {
    return SignerTestBeans.KEYS.rotate(repository, purpose());
  }

  private Purpose purpose() {
    return new Purpose(format().label());
  }

  private CloudEvent event(R record, String type, Object data) {
    return CloudEvent.of(
        UUID.randomUUID().toString(),
        "/upload-gateway",
        type,
        format().purl(record),
        Instant.now(),
        data);
  }

  private CloudEvent uploaded(R record) {
    return uploaded(record, record.repository(), record.packageName(), record.digest());
  }

  private CloudEvent uploaded(R record, RepositoryName claimed, String name, String digest) {
    return event(
        record,
        PackageUploaded.TYPE,
        new PackageUploaded(claimed, name, digest, format().mediaType(record), Instant.now()));
  }

  protected final void announce(R record) {
    topics.send(format().uploads(), format().eventKey(record), uploaded(record).toJson());
  }

  protected final void resync(R record, ResyncMode mode) {
    topics.send(
        format().resyncs(),
        format().eventKey(record),
        event(
                record,
                PackageResyncRequested.TYPE,
                new PackageResyncRequested(
                    repository, record.packageName(), record.digest(), "campaign", mode, true))
            .toJson());
  }

  protected static void until(Callable<Boolean> condition) {
    await().atMost(PATIENCE).until(condition);
  }

  protected final R awaitSigned(R record) {
    until(() -> current(record).state() == State.AVAILABLE);
    return current(record);
  }

  private <T> List<T> told(R record, String type, Class<T> data) {
    String key = format().eventKey(record);
    return topics.read(Topics.OUTCOMES, r -> key.equals(r.key())).stream()
        .map(r -> CloudEvent.fromJson(r.value()))
        .filter(e -> e.type().equals(type))
        .map(e -> e.dataAs(data))
        .toList();
  }

  private List<PackageSigned> signed(R record) {
    return told(record, PackageSigned.TYPE, PackageSigned.class);
  }

  /**
   * The topic is read once for all of them: it holds what every test before left there. A record
   * changes before it is told of, and an event is done with after that: only then all are there.
   */
  private void assertSignedOnce(List<R> all) {
    awaitEverythingCommitted();
    Map<String, Long> changes =
        topics.read(Topics.OUTCOMES, r -> true).stream()
            .filter(r -> isChange(CloudEvent.fromJson(r.value())))
            .collect(Collectors.groupingBy(ConsumerRecord::key, Collectors.counting()));
    for (R record : all) {
      assertThat(current(record).generation()).isEqualTo(2);
      assertThat(changes).containsEntry(format().eventKey(record), 1L);
    }
  }

  private static boolean isChange(CloudEvent event) {
    return event.type().equals(PackageSigned.TYPE) && event.dataAs(PackageSigned.class).changed();
  }

  private static ConsumerRecord<String, byte[]> awaitDeadLetter(String key) {
    return await()
        .atMost(PATIENCE)
        .until(
            () -> topics.read(Topics.DEAD_LETTERS, r -> key.equals(r.key())),
            found -> !found.isEmpty())
        .get(0);
  }

  /** Nothing was consumed that is not acknowledged. */
  protected final void awaitEverythingCommitted() {
    String group = "signer-" + format().label();
    until(() -> topics.lag(group, format().uploads()) == 0);
    until(() -> topics.lag(group + "-resyncs", format().resyncs()) == 0);
  }

  @Test
  void signsAPackageAndTellsOfIt() {
    R record = push();
    announce(record);

    R available = awaitSigned(record);
    assertSignedBy(available, SignerTestBeans.KEYS.current(repository, purpose()));
    until(() -> signed(record).size() == 1);
    PackageSigned told = signed(record).get(0);
    assertThat(told.changed()).isTrue();
    assertThat(told.digest()).isEqualTo(record.digest());
    assertThat(told.keyVersion()).isEqualTo(1);
    assertThat(told.fingerprint()).isEqualTo(available.inForce().orElseThrow().fingerprint());
    assertThat(told.artifacts())
        .isNotEmpty()
        .isEqualTo(available.inForce().orElseThrow().artifacts());
    awaitEverythingCommitted();
  }

  @Test
  void signsOnceHoweverOftenAndInWhateverOrderEventsCome() {
    List<R> all = new ArrayList<>();
    List<Runnable> events = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      R record = push();
      all.add(record);
      for (int repeat = 0; repeat < 3; repeat++) {
        events.add(() -> announce(record));
      }
      events.add(() -> resync(record, ResyncMode.ENSURE));
    }
    Collections.shuffle(events, random);
    events.forEach(Runnable::run);

    all.forEach(this::awaitSigned);
    assertSignedOnce(all);
  }

  @Test
  void changesNothingWhenItReadsEverythingAgain() {
    List<R> all = List.of(push(), push(), push());
    all.forEach(this::announce);
    all.forEach(this::awaitSigned);
    awaitEverythingCommitted();
    List<R> before = all.stream().map(this::current).toList();
    int told = signed(all.get(0)).size();

    Function<Consumer<String, byte[]>, Void> rewind =
        consumer -> {
          consumer.seekToBeginning(consumer.assignment());
          return null;
        };
    // What a restart does whose commits were lost.
    kafka
        .<String, byte[]>getConsumer("uploads-" + format().label())
        .runOnPollingThread(rewind)
        .await()
        .atMost(PATIENCE);

    until(() -> signed(all.get(0)).size() > told);
    R last = push();
    announce(last);
    awaitSigned(last);
    assertThat(all.stream().map(this::current).toList()).isEqualTo(before);
    assertSignedOnce(all);
  }

  @Test
  void waitsForAKeyServiceThatIsAway() {
    SignerTestBeans.keysAway = true;
    List<R> all = List.of(push(), push(), push());
    all.forEach(this::announce);
    int before = SignerTestBeans.REFUSED_CALLS.get();
    until(() -> SignerTestBeans.REFUSED_CALLS.get() > before + 6);
    assertThat(all).allSatisfy(r -> assertThat(current(r).state()).isEqualTo(State.RECEIVED));

    SignerTestBeans.keysAway = false;

    all.forEach(this::awaitSigned);
    assertSignedOnce(all);
  }

  private Optional<WaitingNote> note(R record) {
    return records.read(
        ObjectKeys.waiting(repository, format().label(), key(record)), WaitingNote.class);
  }

  /** What an operator has to end is tried once, and the event is done with: the note stays. */
  @Test
  void writesDownWhatDoesNotPassByItself() {
    SignerTestBeans.keysObstacle = Obstacle.AUDIT_BROKEN;
    SignerTestBeans.keysAway = true;
    R record = push();
    int before = SignerTestBeans.REFUSED_CALLS.get();
    announce(record);
    until(() -> note(record).isPresent());
    awaitEverythingCommitted();

    WaitingNote note = note(record).orElseThrow();
    assertThat(note.obstacle()).isEqualTo(Obstacle.AUDIT_BROKEN);
    assertThat(note.tries()).isEqualTo(1);
    assertThat(note.handedOver()).isTrue();
    assertThat(note.nextTry().orElseThrow()).isAfter(note.at());
    assertThat(SignerTestBeans.REFUSED_CALLS.get()).isEqualTo(before + 1);
    assertThat(current(record)).isEqualTo(record);

    SignerTestBeans.keysAway = false;
    announce(record);
    awaitSigned(record);
    assertSignedOnce(List.of(record));
  }

  @Test
  void forgetsWhatStoodInTheWayOnceItIsSigned() {
    SignerTestBeans.keysAway = true;
    R record = push();
    announce(record);
    until(() -> note(record).isPresent());

    SignerTestBeans.keysAway = false;

    awaitSigned(record);
    until(() -> note(record).isEmpty());
  }

  @Test
  void survivesAStoreThatFailsBeforeAndAfterTheWrite() {
    R before = push();
    R after = push();
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

    for (R record : List.of(before, after)) {
      awaitSigned(record);
      until(() -> !signed(record).isEmpty());
    }
    awaitEverythingCommitted();
    for (R record : List.of(before, after)) {
      assertThat(current(record).generation()).isEqualTo(2);
      assertThat(signed(record)).hasSize(1);
    }
  }

  @Test
  void tellsAgainWhenTheBrokerDidNotTakeTheOutcome() {
    R record = push();
    SignerTestBeans.BROKEN_PUBLICATIONS.put(record.digest(), new AtomicInteger(3));
    announce(record);

    awaitSigned(record);
    until(() -> signed(record).size() == 1);
    assertThat(signed(record).get(0).changed()).isTrue();
    awaitEverythingCommitted();
  }

  @Test
  void refusesWhatCannotBeSignedAndTellsOfIt() {
    R hopeless = packages().hopeless(here());
    announce(hopeless);

    until(() -> current(hopeless).state() == State.REFUSED);
    until(() -> !told(hopeless, PackageRefused.TYPE, PackageRefused.class).isEmpty());
    assertThat(told(hopeless, PackageRefused.TYPE, PackageRefused.class).get(0).code())
        .isEqualTo(current(hopeless).refusal().orElseThrow().code());
    awaitEverythingCommitted();
  }

  @Test
  void givesUpAPoisonRecordAndGoesOn() {
    R poison = push();
    R healthy = push();
    SignerTestBeans.store.beforeReplace =
        key -> {
          if (key.equals(key(poison))) {
            throw new IllegalArgumentException("a bug, on purpose");
          }
        };
    String garbageKey = "garbage " + UUID.randomUUID();
    topics.send(format().uploads(), garbageKey, new byte[] {0, 1, 2});
    announce(poison);
    announce(healthy);

    awaitSigned(healthy);
    var garbage = awaitDeadLetter(garbageKey);
    assertThat(garbage.value()).containsExactly(0, 1, 2);
    assertThat(header(garbage, DeadLetterHeaders.FAILURE_CODE)).isEqualTo("MALFORMED_EVENT");
    assertThat(header(garbage, DeadLetterHeaders.SOURCE_TOPIC)).isEqualTo(format().uploads());
    var letter = awaitDeadLetter(format().eventKey(poison));
    assertThat(header(letter, DeadLetterHeaders.FAILURE_CODE)).isEqualTo("UNFORESEEN");
    assertThat(header(letter, DeadLetterHeaders.ATTEMPTS)).isEqualTo("1");
    assertThat(CloudEvent.fromJson(letter.value()).subject()).isEqualTo(format().purl(poison));
    assertThat(current(poison).state()).isEqualTo(State.RECEIVED);
    awaitEverythingCommitted();
  }

  @Test
  void signsNothingForAForgedEvent() {
    R received = push();
    RepositoryName other = RepositoryName.of("evil/app");
    R elsewhere =
        packages()
            .hopeless(
                new PushedPackages.Place(
                    SignerTestBeans.store, RepositoryName.of("else/where"), Instant.now()));
    String key = "forged " + UUID.randomUUID();
    String name = received.packageName();
    List<CloudEvent> forged =
        List.of(
            uploaded(received, other, name, received.digest()),
            uploaded(received, repository, elsewhere.packageName(), elsewhere.digest()),
            uploaded(received, repository, name + "/../x", received.digest()));
    forged.forEach(event -> topics.send(format().uploads(), key, event.toJson()));
    R healthy = push();
    announce(healthy);

    awaitSigned(healthy);
    awaitEverythingCommitted();
    assertThat(header(awaitDeadLetter(key), DeadLetterHeaders.FAILURE_CODE))
        .isEqualTo("MALFORMED_EVENT");
    assertThat(current(received).state()).isEqualTo(State.RECEIVED);
    assertThat(signed(received)).isEmpty();
    assertThat(current(elsewhere).state()).isEqualTo(State.RECEIVED);
    assertThat(topics.read(Topics.OUTCOMES, r -> key.equals(r.key()))).isEmpty();
    assertThat(SignerTestBeans.store.list(format().prefix(other), "", 10).entries()).isEmpty();
    assertThat(records(received)).hasSize(2);
  }

  /** All keys beside that of a record, its own included. */
  private List<String> records(R record) {
    String key = key(record);
    return SignerTestBeans.store
        .list(key.substring(0, key.lastIndexOf('/') + 1), "", 10)
        .entries()
        .stream()
        .map(BlobStore.Entry::key)
        .toList();
  }

  @Test
  void bringsSignaturesUpToANewKeyInAResync() {
    R record = push();
    announce(record);
    awaitSigned(record);
    PublicKeyVersion newKey = rotate();
    resync(record, renewal());
    resync(record, renewal());

    until(() -> current(record).inForce().orElseThrow().keyVersion() == 2);
    assertSignedBy(current(record), newKey);
    awaitEverythingCommitted();
    assertThat(current(record).generation()).isEqualTo(3);
    assertThat(signed(record).stream().filter(PackageSigned::changed)).hasSize(2);
  }

  @Test
  void showsItsHealthAndItsMeters() throws Exception {
    R record = push();
    announce(record);
    awaitSigned(record);
    awaitEverythingCommitted();

    assertThat(get("q/health/ready").statusCode()).isEqualTo(200);
    assertThat(get("q/health/live").statusCode()).isEqualTo(200);
    String format = "{format=\"" + format().label() + "\"";
    assertThat(get("q/metrics").body())
        .contains("countermark_signing_lag_seconds_bucket" + format + ",lane=\"upload\"")
        .contains("countermark_signing_outcomes_total{code=\"signed\"")
        .contains("countermark_signing_in_flight" + format + ",lane=\"resync\"");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(service.resolve("/" + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
