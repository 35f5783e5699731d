package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.State;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.gateway.swift.SwiftClient.Answer;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A release on its way from the publisher until everybody sees it. */
@QuarkusTest
class PublishTest extends SwiftTestBase {
  private static final Identity LIB = identity("mona.linkedlist", "1.1.1");
  private static final String PATH = "mona/LinkedList/1.1.1";
  private static final String METADATA = "{\"repositoryURLs\":[\"https://git.test/mona/List\"]}";

  private static Form form() {
    return Form.archive(Archives.sound()).metadata(METADATA);
  }

  private static List<String> views(Registry registry) {
    return List.of(
        registry.at("mona/LinkedList"),
        registry.at(PATH),
        registry.at(PATH + "/Package.swift"),
        registry.at(PATH + "/Package.swift?swift-version=5.9"),
        registry.at(PATH + ".zip"),
        registry.at("identifiers?url=https://git.test/mona/list"));
  }

  @Test
  void nobodySeesAReleaseBeforeItIsSigned() {
    Registry registry = registry();

    Answer accepted = registry.publish(PATH, form(), "Prefer", "wait=0").is(202);

    ReleaseRecord record = registry.record(LIB).orElseThrow();
    String submission = "submissions/mona/LinkedList/1.1.1/" + record.submission();
    accepted.has("Content-Version", "1").has("Location", registry.publicly(submission));
    assertThat(accepted.header("Retry-After")).isPresent();
    assertThat(record.state()).isEqualTo(State.RECEIVED);
    assertThat(record.scope() + "." + record.name()).isEqualTo("mona.LinkedList");
    assertThat(record.metadata().orElseThrow().toUtf8()).isEqualTo(METADATA);
    assertThat(registry.announced())
        .containsExactly(
            new PackageUploaded(
                registry.name,
                "mona.linkedlist/1.1.1",
                "sha256:" + record.upload().sha256(),
                "application/zip",
                record.acceptedAt(),
                record.pushedBy()));
    assertThat(record.pushedBy().orElseThrow()).startsWith("token " + registry.name + "/");
    for (SwiftClient caller : List.of(registry.reader, registry.pusher)) {
      views(registry).forEach(view -> caller.get(view).isRefused(404, ""));
    }
    Answer status = registry.reader.get(registry.at(submission)).is(202);
    status.has("Location", registry.publicly(submission)).has("Content-Version", "1");
    assertThat(status.json().path("status").asText()).isEqualTo("pending");

    new TestSigner(store, keyClient).sign(registry.name, LIB);
    // No event came yet; who asks for the submission finds the release all the same.
    registry
        .reader
        .get(registry.at(submission))
        .is(301)
        .has("Location", registry.publicly(PATH))
        .has("Content-Version", "1");

    registry.tellSigned(LIB);
    await().until(() -> registry.reader.get(views(registry).get(5)).status() == 200);
    views(registry).forEach(view -> registry.reader.get(view).is(200));
  }

  @Test
  void isAnsweredWhenTheReleaseIsSigned() {
    Registry registry = registry();
    CompletableFuture<Answer> answer = registry.pusher.putAsync(registry.at(PATH), form());
    await().until(() -> registry.record(LIB).isPresent());
    assertThat(answer).isNotDone();

    new TestSigner(store, keyClient).sign(registry.name, LIB);
    registry.tellSigned(LIB);

    Answer created = answer.join().is(201);
    created.has("Location", registry.publicly(PATH)).has("Content-Version", "1");
    registry.reader.get(registry.at("mona/LinkedList")).is(200);
  }

  @Test
  void findsOutByItselfWhenTheSignersEventIsLost() {
    Registry registry = registry();
    CompletableFuture<Answer> answer = registry.pusher.putAsync(registry.at(PATH), form());
    await().until(() -> registry.record(LIB).isPresent());

    new TestSigner(store, keyClient).sign(registry.name, LIB);

    answer.join().is(201);
  }

  @Test
  void isToldWhenTheSignerRefuses() {
    Registry registry = registry();
    CompletableFuture<Answer> answer = registry.pusher.putAsync(registry.at(PATH), form());
    await().until(() -> registry.record(LIB).isPresent());

    registry.refuse(LIB, "a manifest is broken");

    answer.join().isRefused(422, "a manifest is broken");
    String submission = registry.record(LIB).orElseThrow().submission();
    registry
        .reader
        .get(registry.at("submissions/" + PATH + "/" + submission))
        .isRefused(422, "MALFORMED_PACKAGE");
    views(registry).forEach(view -> registry.reader.get(view).isRefused(404, ""));

    // Another attempt is another submission.
    registry.publish(PATH, form(), "Prefer", "respond-async, wait=0").is(202);
    ReleaseRecord again = registry.record(LIB).orElseThrow();
    assertThat(again.submission()).isNotEqualTo(submission);
    assertThat(again.generation()).isEqualTo(3);
    assertThat(again.state()).isEqualTo(State.RECEIVED);
    registry
        .reader
        .get(registry.at("submissions/" + PATH + "/" + submission))
        .isRefused(404, "no such submission");
  }

  @Test
  void aVersionIsGivenAwayOnce() {
    Registry registry = registry();
    registry.publish(PATH, form(), "Prefer", "wait=0").is(202);
    String submission = registry.record(LIB).orElseThrow().submission();
    String contents = keys(ObjectKeys.CONTENT).toString();

    for (String path : List.of(PATH, "MONA/linkedlist/1.1.1")) {
      registry
          .publish(path, form())
          .isRefused(409, "being signed")
          .has("Location", registry.publicly("submissions/" + PATH + "/" + submission));
    }
    new TestSigner(store, keyClient).sign(registry.name, LIB);
    for (String path : List.of(PATH, "MONA/linkedlist/1.1.1")) {
      registry
          .publish(path, form())
          .isRefused(409, "exists already")
          .has("Location", registry.publicly(PATH));
    }
    assertThat(keys(ObjectKeys.CONTENT)).hasSize(contents.split(",").length + 1);
  }

  @Test
  void ofPublishersAtTheSameTimeOneWins() {
    Registry registry = registry();
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    int before = keys(ObjectKeys.CONTENT).size();
    for (int i = 0; i < 12; i++) {
      Form form = Form.archive(Archives.sound("number " + i));
      answers.add(registry.pusher.putAsync(registry.at(PATH), form, "Prefer", "wait=0"));
    }

    List<Integer> statuses = answers.stream().map(a -> a.join().status()).sorted().toList();

    assertThat(statuses.get(0)).isEqualTo(202);
    assertThat(statuses.subList(1, 12)).containsOnly(409);
    assertThat(keys(ObjectKeys.CONTENT)).hasSize(before + 1);
  }

  @Test
  void manyMayWaitWithoutHoldingUpOthers() {
    Registry registry = registry();
    int publishers = 140; // more than there are threads for requests
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    for (int i = 0; i < publishers; i++) {
      answers.add(
          registry.pusher.putAsync(
              registry.at("mona/List/1.0." + i), Form.archive(Archives.sound())));
    }
    await().until(() -> keys(SwiftKeys.releases(registry.name, "mona.list")).size() == publishers);

    anonymous().get(registry.at("availability")).is(200);
    for (int i = 0; i < publishers; i++) {
      Identity identity = identity("mona.list", "1.0." + i);
      new TestSigner(store, keyClient).sign(registry.name, identity);
      registry.tellSigned(identity);
    }

    assertThat(answers).allSatisfy(answer -> answer.join().is(201));
    assertThat(registry.reader.get(registry.at("mona/List")).json().path("releases"))
        .hasSize(publishers);
  }

  @Test
  void whatIsPendingMayBeTakenBack() {
    Registry registry = registry();
    CompletableFuture<Answer> answer = registry.pusher.putAsync(registry.at(PATH), form());
    await().until(() -> registry.record(LIB).isPresent());
    String submission =
        registry.at("submissions/" + PATH + "/" + registry.record(LIB).orElseThrow().submission());

    registry.reader.delete(submission).isRefused(403, "scope push");
    registry.pusher.delete(submission).is(204);

    answer.join().isRefused(422, "CANCELLED");
    registry.pusher.delete(submission).is(204);
    registry.reader.get(submission).isRefused(422, "CANCELLED");
    registry.release(PATH, Archives.sound(), null);
    registry.pusher.delete(submission).isRefused(404, "no such submission");
    String done =
        registry.at("submissions/" + PATH + "/" + registry.record(LIB).orElseThrow().submission());
    registry.pusher.delete(done).isRefused(409, "no longer pending");
  }
}
