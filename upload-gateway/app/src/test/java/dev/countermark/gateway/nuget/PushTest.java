package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.SignedPackage;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.nuget.TestPki;
import dev.countermark.format.nuget.TestTsa;
import dev.countermark.gateway.nuget.FeedClient.Answer;
import io.quarkus.test.junit.QuarkusTest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A package on its way from the push until everybody sees it. */
@QuarkusTest
class PushTest extends FeedTestBase {
  private static final Identity TOOLS = identity("acme.tools", "1.2.0");
  private static final byte[] PACKAGE = Packages.sound("Acme.Tools", "1.2.0");
  private static final String SESSION = "X-NuGet-Session-Id";

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private static List<String> views(Feed feed) {
    return List.of(
        feed.versions("acme.tools"),
        feed.nupkg(TOOLS),
        feed.file(TOOLS, "acme.tools.nuspec"),
        feed.at("registration/acme.tools/index.json"),
        feed.at("registration/acme.tools/1.2.0.json"),
        feed.at("registration-gz/acme.tools/index.json"),
        feed.at("registration-gz-semver2/acme.tools/index.json"));
  }

  private static int found(Feed feed) {
    return feed.reader().get(feed.at("query?q=tools")).is(200).json().path("totalHits").asInt();
  }

  /** Whoever restores right after a push finds the package, and remembers no list without it. */
  @Test
  void aPushWaitsUntilEverybodySeesThePackage() throws Exception {
    Feed feed = feed();
    Future<Answer> push = threads.submit(() -> feed.push(PACKAGE, "Prefer", "wait=30"));
    await().until(() -> feed.record(TOOLS).isPresent());
    assertThat(push.isDone()).isFalse();

    new TestSigner(store, keyClient).sign(feed.name, TOOLS);
    feed.tellSigned(TOOLS);

    push.get().is(201).has("Location", "http://registry.test:8080" + feed.status(TOOLS));
    assertThat(feed.listed(TOOLS)).isTrue();
    assertThat(found(feed)).isEqualTo(1);
  }

  @Test
  void aPushIsToldWhyItsPackageWasRefused() throws Exception {
    Feed feed = feed();
    Future<Answer> push = threads.submit(() -> feed.push(PACKAGE, "Prefer", "wait=30"));
    await().until(() -> feed.record(TOOLS).isPresent());

    RefusalNote note = new RefusalNote(Refusal.CANCELLED, "in this test", Instant.EPOCH);
    new Records(store)
        .update(
            NugetKeys.version(feed.name, TOOLS),
            VersionRecord.class,
            old -> old.map(r -> r.refused(note)));
    feed.tellRefused(TOOLS, Refusal.CANCELLED);

    push.get().isRefused(400, "The package was refused (CANCELLED): in this test");
  }

  /** A status can be waited for, of any format, instead of being asked for again and again. */
  @Test
  void aStatusIsToldWhenThePackageIsSigned() throws Exception {
    Feed feed = feed();
    feed.push(PACKAGE).is(202);
    feed.reader().get(feed.status(TOOLS) + "?wait=x").is(400);
    feed.reader().get(feed.status(TOOLS) + "?wait=61").is(400);
    Future<Answer> status =
        threads.submit(() -> feed.reader().get(feed.status(TOOLS) + "?wait=30"));
    assertThat(feed.reader().get(feed.status(TOOLS) + "?wait=0").json().path("status").asText())
        .isEqualTo("pending");
    assertThat(status.isDone()).isFalse();

    feed.sign(TOOLS);

    assertThat(status.get().is(200).json().path("status").asText()).isEqualTo("signed");
    assertThat(
            feed.reader()
                .get(feed.status(TOOLS) + "?wait=60")
                .is(200)
                .json()
                .path("status")
                .asText())
        .isEqualTo("signed");
  }

  @Test
  void nobodySeesAPackageBeforeItIsSigned() {
    Feed feed = feed();
    Answer accepted = feed.push(PACKAGE).is(202);

    accepted.has("Location", "http://registry.test:8080" + feed.status(TOOLS));
    VersionRecord record = feed.record(TOOLS).orElseThrow();
    assertThat(record.state()).isEqualTo(State.RECEIVED);
    assertThat(record.id() + " " + record.version()).isEqualTo("Acme.Tools 1.2.0");
    assertThat(feed.announced())
        .containsExactly(
            new PackageUploaded(
                feed.name,
                "acme.tools/1.2.0",
                "sha256:" + record.upload().sha256(),
                "application/octet-stream",
                record.acceptedAt(),
                record.pushedBy()));
    assertThat(record.pushedBy().orElseThrow()).startsWith("token " + feed.name + "/");
    for (FeedClient caller : List.of(feed.reader(), feed.pusher())) {
      views(feed).forEach(view -> caller.get(view).isRefused(404, "no such"));
    }
    assertThat(found(feed)).isZero();
    assertThat(feed.reader().get(feed.at("autocomplete?q=tools")).json().path("data")).isEmpty();
    Answer status = feed.reader().get(feed.status(TOOLS)).is(200);
    assertThat(status.json().path("status").asText()).isEqualTo("pending");

    feed.sign(TOOLS);

    views(feed).forEach(view -> feed.reader().get(view).is(200));
    assertThat(found(feed)).isOne();
    assertThat(feed.reader().get(feed.status(TOOLS)).json().path("status").asText())
        .isEqualTo("signed");
  }

  @Test
  void theStatusShowsWhatTheFeedShows() {
    Feed feed = feed();
    feed.push(PACKAGE).is(202);
    feed.reader().get(feed.versions("acme.tools")).is(404);
    new TestSigner(store, keyClient).sign(feed.name, TOOLS);

    // No event came yet.
    feed.reader().get(feed.status(TOOLS)).is(200);

    feed.reader().get(feed.versions("acme.tools")).is(200);
  }

  @Test
  void takesWhatClientsSend() {
    Feed feed = feed();
    feed.pusher().push(feed.at("package/"), Packages.sound("A", "1.0")).is(202);
    feed.pusher()
        .send(
            "POST",
            feed.at("package"),
            FeedClient.multipart("whatever", Packages.sound("A", "1.1")),
            "Content-Type",
            "multipart/form-data; boundary=a-boundary-of-the-tests",
            "Prefer",
            "wait=0")
        .is(202);

    assertThat(keys(NugetKeys.versions(feed.name, "a")))
        .extracting(key -> key.substring(key.lastIndexOf('/') + 1))
        .containsExactly("1.0.0.json", "1.1.0.json");
  }

  @Test
  void anIdentityIsGivenAwayOnce() {
    Feed feed = feed();
    feed.push(PACKAGE).is(202);
    TreeSet<String> before = keys();

    for (String version : List.of("1.2.0", "1.2", "1.02.0.0", "1.2.0+build.7")) {
      feed.push(Packages.sound("ACME.tools", version, "other"))
          .isRefused(409, "already has Acme.Tools 1.2.0");
    }
    feed.push(PACKAGE).isRefused(409, "--skip-duplicate");

    assertThat(keys()).isEqualTo(before);
  }

  @Test
  void oneOfTwentyPushesWins() throws Exception {
    Feed feed = feed();
    TreeSet<String> before = keys();
    CountDownLatch start = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(20);
    List<Integer> statuses = new ArrayList<>();
    try {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        byte[] file = Packages.sound("Acme.Tools", "1.2.0", "content " + i);
        String session = "session " + i;
        answers.add(
            threads.submit(
                () -> {
                  start.await();
                  return feed.push(file, SESSION, session);
                }));
      }
      start.countDown();
      for (Future<Answer> answer : answers) {
        statuses.add(answer.get().status());
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(statuses).containsOnly(202, 409).containsOnlyOnce(202);
    TreeSet<String> added = keys();
    added.removeAll(before);
    List<Part> parts = feed.record(TOOLS).orElseThrow().upload().parts();
    assertThat(parts).hasSize(1);
    assertThat(added)
        .containsExactlyInAnyOrder(
            NugetKeys.version(feed.name, TOOLS),
            ObjectKeys.content(parts.get(0).sha256(), parts.get(0).upload()));
  }

  @Test
  void aRepeatedRequestIsAnsweredAsBefore() {
    Feed feed = feed();
    feed.push(PACKAGE, SESSION, "one").is(202);
    FeedClient another = with(feed.token("\"push\""));
    TreeSet<String> before = keys();

    feed.push(PACKAGE, SESSION, "one").is(202).has("Location", location(feed));
    assertThat(feed.announced()).hasSize(2);
    feed.push(PACKAGE, SESSION, "two").isRefused(409, "already has");
    feed.push(PACKAGE).isRefused(409, "already has");
    feed.push(Packages.sound("Acme.Tools", "1.2.0", "x"), SESSION, "one").isRefused(409, "already");
    another.push(feed.at("package"), PACKAGE, SESSION, "one").isRefused(409, "already has");

    feed.sign(TOOLS);
    int told = feed.announced().size();
    feed.push(PACKAGE, SESSION, "one", "Prefer", "wait=30").is(201);
    assertThat(feed.announced()).hasSize(told);
    assertThat(keys()).isEqualTo(before);
  }

  /** Where nobody waits, the status says it. */
  @Test
  void whoPushesIsToldWhatClientsWillObjectTo() {
    Feed feed = feed();
    feed.push(PACKAGE, SESSION, "one").is(202);
    feed.sign(TOOLS);
    List<String> warnings = List.of("NU3012: no root, says CN=\u00c4rger\r\nX: y.", "NU3028: who?");
    change(
        feed,
        record -> {
          SignedPackage signed = record.signed().orElseThrow();
          return record.signed(
              new SignedPackage(signed.file(), signed.signature(), signed.replaced(), warnings));
        });

    Answer answer = feed.push(PACKAGE, SESSION, "one", "Prefer", "wait=30").is(201);

    assertThat(answer.headers("X-NuGet-Warning"))
        .containsExactly("NU3012: no root, says CN=?rger??X: y.", "NU3028: who?");
    assertThat(feed.reader().get(feed.status(TOOLS)).json().at("/details/warnings"))
        .extracting(JsonNode::asText)
        .isEqualTo(warnings);
  }

  private static String location(Feed feed) {
    return "http://registry.test:8080" + feed.status(TOOLS);
  }

  @Test
  void whatWasRefusedMayBePushedAgain() {
    Feed feed = feed();
    feed.push(PACKAGE).is(202);
    change(
        feed, record -> record.refused(new RefusalNote(Refusal.INVALID_SIGNATURE, "broken", NOW)));
    long refused = feed.record(TOOLS).orElseThrow().generation();
    assertThat(feed.reader().get(feed.status(TOOLS)).json().path("status").asText())
        .isEqualTo("refused");
    feed.reader().get(feed.nupkg(TOOLS)).is(404);

    feed.push(Packages.sound("Acme.Tools", "1.2.0", "better")).is(202);

    VersionRecord record = feed.record(TOOLS).orElseThrow();
    assertThat(record.state()).isEqualTo(State.RECEIVED);
    assertThat(record.generation()).isEqualTo(refused + 1);
    assertThat(record.refusal()).isEmpty();
    feed.sign(TOOLS);
  }

  @Test
  void whatWasDeletedMayNot() {
    Feed feed = feed();
    feed.push(PACKAGE, SESSION, "one").is(202);
    change(feed, v -> v.deleted("admin"));
    TreeSet<String> before = keys();

    feed.push(PACKAGE, SESSION, "one").isRefused(409, "was deleted");
    feed.push(Packages.sound("Acme.Tools", "1.2.0", "better")).isRefused(409, "was deleted");

    assertThat(keys()).isEqualTo(before);
  }

  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

  private void change(Feed feed, java.util.function.UnaryOperator<VersionRecord> change) {
    Optional<VersionRecord> changed =
        new Records(store)
            .update(
                NugetKeys.version(feed.name, TOOLS), VersionRecord.class, old -> old.map(change));
    assertThat(changed).isPresent();
  }

  @Test
  void theAdministratorMakesAFeedByPushing() {
    String feed = "/nuget-test/by-push/nuget/v3/";
    with(adminToken).get(feed + "query").isRefused(404, "no feed");

    with(adminToken).push(feed + "package", PACKAGE).is(202);

    with(adminToken).get(feed + "query").is(200);
  }

  // ---- packages that come signed --------------------------------------------------------------

  @Test
  void warnsThatASignatureIsReplaced() throws Exception {
    byte[] foreign = SignedPackages.repository("Foreign", f -> {});
    byte[] authors = SignedPackages.author("Authors", f -> {});

    feed()
        .push(foreign)
        .is(202)
        .has("X-NuGet-Warning", "The signature of another repository is replaced by this one's.");
    assertThat(feed("{\"signatures\":\"keep-valid-foreign\"}").push(foreign).is(202))
        .extracting(answer -> answer.headers("X-NuGet-Warning"))
        .isEqualTo(List.of());
    assertThat(feed().push(authors).is(202).headers("X-NuGet-Warning")).isEmpty();
  }

  private static byte[] authors(String id, Instant from, Instant to, boolean timestamp)
      throws Exception {
    X509Certificate leaf = TestPki.leaf(p -> p.validity(from, to));
    return SignedPackages.author(
        id,
        f -> {
          f.by(leaf, TestPki.LEAF_KEY, TestPki.ROOT);
          f.timestamp = timestamp ? value -> new TestTsa().token(value) : null;
        });
  }

  @Test
  void warnsOfAnAuthorsCertificateThatNoTimestampOutlives() throws Exception {
    Instant now = Instant.now();
    Duration day = Duration.ofDays(1);
    Feed feed = feed();

    assertThat(feed.push(authors("Over", now.minus(day.multipliedBy(2)), now.minus(day), false)))
        .satisfies(
            answer ->
                assertThat(answer.is(202).headers("X-NuGet-Warning"))
                    .singleElement()
                    .asString()
                    .startsWith("NU3037"));
    assertThat(feed.push(authors("Early", now.plus(day), now.plus(day.multipliedBy(2)), false)))
        .satisfies(
            answer ->
                assertThat(answer.is(202).headers("X-NuGet-Warning"))
                    .singleElement()
                    .asString()
                    .startsWith("NU3017"));
    assertThat(
            feed.push(authors("Stamped", now.minus(day.multipliedBy(2)), now.minus(day), true))
                .is(202)
                .headers("X-NuGet-Warning"))
        .isEmpty();
  }

  @Test
  void takesUnsignedPackagesOnlyWhereThatIsSet() throws Exception {
    Feed feed = feed("{\"signatures\":\"reject-signed\"}");
    byte[] foreign = SignedPackages.repository("Foreign", f -> {});
    byte[] authors = SignedPackages.author("Authors", f -> {});
    TreeSet<String> before = keys();

    feed.push(foreign).isRefused(400, "unsigned packages only");
    feed.push(authors).isRefused(400, "unsigned packages only");

    assertThat(keys()).isEqualTo(before);
    feed.push(PACKAGE).is(202);
  }
}
