package dev.countermark.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageListingChanged;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.webhooks.Attempt.Result;
import dev.countermark.testkit.time.HandSetClock;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class DeliveriesTest {
  private static final RepositoryName APP = RepositoryName.of("acme/app");
  private static final RepositoryName OTHER = RepositoryName.of("other/app");
  private static final byte[] SECRET = "of the installation".getBytes(StandardCharsets.UTF_8);
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final HandSetClock clock = new HandSetClock(START);
  private final Receivers receivers = new Receivers();
  private final List<String> buried = new ArrayList<>();
  private final Webhooks webhooks = new Webhooks(store, SECRET, clock);
  private final OneThread thread = new OneThread();
  private final Deliveries deliveries = gateway("a");

  private int offset;

  /** Answer with a status each, or not until they are told to. */
  private final class Receivers implements Sender {
    private final Map<String, Integer> statuses = new java.util.HashMap<>();
    private final List<String> got = new ArrayList<>();
    private final List<CompletableFuture<Attempt>> hanging = new ArrayList<>();
    private Map<String, String> lastHeaders = Map.of();
    private Bytes lastBody = Bytes.utf8("");

    @Override
    public CompletionStage<Attempt> send(URI url, Map<String, String> headers, Bytes body) {
      got.add(url.getHost() + " " + headers.get("webhook-id"));
      lastHeaders = headers;
      lastBody = body;
      int status = statuses.getOrDefault(url.getHost(), 200);
      CompletableFuture<Attempt> answer = new CompletableFuture<>();
      if (status == 0) {
        hanging.add(answer);
      } else {
        answer.complete(answer(status));
      }
      return answer;
    }

    private Attempt answer(int status) {
      return new Attempt(
          clock.instant(),
          status == 200 ? Result.DELIVERED : Result.ANSWERED_OTHERWISE,
          Optional.of(status));
    }
  }

  /** The test's own, which does one thing after the other. */
  private static final class OneThread implements Executor {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean isBusy;

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
      if (!isBusy) {
        isBusy = true;
        while (!tasks.isEmpty()) {
          tasks.remove().run();
        }
        isBusy = false;
      }
    }
  }

  private Deliveries gateway(String id) {
    return new Deliveries(
        new Deliveries.Parts(
            store,
            webhooks,
            receivers,
            (target, name, delivery, why) -> buried.add(target.webhook() + " " + why),
            attempt -> {},
            new Backoff(new Random(7)),
            thread,
            id,
            clock));
  }

  private Webhook hook(RepositoryName repository, String host, String... events) {
    return webhooks.create(
        repository,
        new Webhooks.Order(URI.create("https://" + host), Set.of(events), Optional.empty()),
        "test");
  }

  private void happened(Deliveries gateway, RepositoryName repository, String id, String about) {
    CloudEvent event =
        CloudEvent.of(id, "/test", PackageSigned.TYPE, about, clock.instant(), Map.of("a", 1));
    gateway.take(
        repository, event, Bytes.of(event.toJson()), Delivery.name(clock.instant(), 0, offset++));
  }

  private int waiting() {
    return store.list(ObjectKeys.DELIVERIES, "", 1_000).entries().size();
  }

  /** Whoever has much to tell takes turns with who has little. */
  @Test
  void aBusyReceiverKeepsNobodyElseWaiting() {
    hook(APP, "busy");
    hook(OTHER, "quiet");

    thread.execute(
        () -> {
          for (int i = 0; i < 500; i++) {
            happened(deliveries, APP, "busy-" + i, "pkg:" + i);
          }
          happened(deliveries, OTHER, "quiet", "pkg:quiet");
        });

    assertThat(receivers.got).hasSize(501);
    assertThat(receivers.got.indexOf("quiet quiet")).isLessThan(100);
  }

  /** A receiver that takes its time has no more than its repository's share. */
  @Test
  void aRepositoryHasAShareOfWhatIsUnderWay() {
    Slots slots = new Slots(3, 2);
    assertThat(slots.take(APP)).isTrue();
    assertThat(slots.take(APP)).isTrue();
    assertThat(slots.take(APP)).as("more than its share").isFalse();
    assertThat(slots.take(OTHER)).isTrue();
    assertThat(slots.take(OTHER)).as("more than there is").isFalse();

    slots.giveBack(APP);

    assertThat(slots.take(OTHER)).isTrue();
    assertThat(slots.taken()).isEqualTo(3);
  }

  @Test
  void aReceiverGetsTheEventAsItIsAndSigned() {
    Webhook hook = hook(APP, "one");
    CloudEvent event =
        CloudEvent.of("id-1", "/test", PackageSigned.TYPE, "pkg:a", START, Map.of("a", 1));

    deliveries.take(APP, event, Bytes.of(event.toJson()), Delivery.name(START, 0, 0));

    assertThat(receivers.lastBody.toArray()).isEqualTo(event.toJson());
    assertThat(receivers.lastHeaders)
        .containsEntry("webhook-id", "id-1")
        .containsEntry("webhook-timestamp", Long.toString(START.getEpochSecond()))
        .containsEntry("content-type", "application/cloudevents+json")
        .containsEntry(
            "webhook-signature", webhooks.secretOf(hook).signature("id-1", START, event.toJson()));
    assertThat(waiting()).isZero();
    assertThat(webhooks.state(hook).last().orElseThrow().isDelivered()).isTrue();
    assertThat(webhooks.state(hook).holder()).isEmpty();
  }

  @Test
  void onlyTheRepositorysWebhooksThatWantItAreTold() {
    hook(APP, "all");
    hook(APP, "listings", PackageListingChanged.TYPE);
    hook(OTHER, "other");

    happened(deliveries, APP, "1", "pkg:a");

    assertThat(receivers.got).containsExactly("all 1");
  }

  @Test
  void whatHappenedBeforeThereWasOneIsNotToldToIt() {
    hook(APP, "one");
    CloudEvent event =
        CloudEvent.of(
            "1", "/test", PackageSigned.TYPE, "pkg:a", START.minusSeconds(1), Map.of("a", 1));

    deliveries.take(APP, event, Bytes.of(event.toJson()), Delivery.name(START, 0, 0));

    assertThat(receivers.got).isEmpty();
  }

  @Test
  void aReceiverThatFailsIsTriedAgainAndGetsAllInOrder() {
    Webhook hook = hook(APP, "one");
    receivers.statuses.put("one", 503);
    happened(deliveries, APP, "1", "pkg:a");
    happened(deliveries, APP, "2", "pkg:a");
    happened(deliveries, APP, "3", "pkg:b");

    assertThat(receivers.got).containsExactly("one 1");
    assertThat(webhooks.state(hook).failingSince()).contains(START);
    receivers.statuses.put("one", 200);
    deliveries.scan();
    assertThat(receivers.got).hasSize(1);
    clock.advance(Duration.ofSeconds(6));
    deliveries.scan();

    assertThat(receivers.got).containsExactly("one 1", "one 1", "one 2", "one 3");
    assertThat(waiting()).isZero();
    assertThat(webhooks.state(hook).failingSince()).isEmpty();
  }

  @Test
  void aReceiverThatRefusesOneEventGetsTheOthers() {
    hook(APP, "one");
    receivers.statuses.put("one", 400);
    happened(deliveries, APP, "poison", "pkg:a");
    happened(deliveries, APP, "2", "pkg:b");
    receivers.statuses.put("one", 200);
    clock.advance(Duration.ofSeconds(6));
    deliveries.scan();

    assertThat(receivers.got).contains("one 2");
  }

  @Test
  void aReceiverThatIsAwayForADayCostsFewTriesAndItsEventsAreGivenUp() {
    Webhook hook = hook(APP, "one");
    receivers.statuses.put("one", 500);
    for (int i = 0; i < 50; i++) {
      happened(deliveries, APP, "" + i, "pkg:" + i);
    }
    for (int minute = 0; minute < 24 * 60 + 70; minute++) {
      clock.advance(Duration.ofMinutes(1));
      deliveries.scan();
    }

    assertThat(receivers.got).hasSizeBetween(24, 80);
    assertThat(buried).hasSize(50).allMatch(b -> b.startsWith(hook.id()) && b.contains("500"));
    assertThat(waiting()).isZero();
  }

  @Test
  void oneThatHangsHoldsUpNobodyAndIsSentOneAtATime() {
    hook(APP, "hangs");
    hook(OTHER, "answers");
    receivers.statuses.put("hangs", 0);
    happened(deliveries, APP, "1", "pkg:a");
    happened(deliveries, APP, "2", "pkg:b");
    happened(deliveries, OTHER, "3", "pkg:c");

    assertThat(receivers.got).containsExactly("hangs 1", "answers 3");
    receivers.hanging.get(0).complete(Attempt.without(clock.instant(), Result.TOO_SLOW));
    assertThat(receivers.got).hasSize(2);
  }

  @Test
  void whoAnswersGetsSeveralAtATimeButNeverTwoOfOnePackage() {
    hook(APP, "one");
    happened(deliveries, APP, "0", "pkg:0");
    receivers.statuses.put("one", 0);
    for (int i = 1; i <= 8; i++) {
      happened(deliveries, APP, "a" + i, "pkg:a");
      happened(deliveries, APP, "b" + i, "pkg:b");
    }
    assertThat(receivers.got).containsExactly("one 0", "one a1");
    // It is known to answer only after it did once in a row.
    receivers.hanging.get(0).complete(receivers.answer(200));

    assertThat(receivers.got).containsExactly("one 0", "one a1", "one b1", "one a2");
  }

  @Test
  void ofTwoGatewaysOneIsAtAWebhook() {
    Deliveries second = gateway("b");
    hook(APP, "one");
    receivers.statuses.put("one", 0);
    happened(deliveries, APP, "1", "pkg:a");
    happened(second, APP, "2", "pkg:b");
    second.scan();

    assertThat(receivers.got).containsExactly("one 1");
    receivers.statuses.put("one", 200);
    receivers.hanging.get(0).complete(receivers.answer(200));
    deliveries.scan();
    second.scan();
    assertThat(receivers.got).containsExactly("one 1", "one 2");
    assertThat(waiting()).isZero();
  }

  @Test
  void whatAGatewaySentThatDiedBeforeItNotedThatIsSentAgainWithTheSameId() {
    Deliveries second = gateway("b");
    hook(APP, "one");
    receivers.statuses.put("one", 0);
    happened(deliveries, APP, "1", "pkg:a");
    receivers.statuses.put("one", 200);
    second.scan();
    assertThat(receivers.got).hasSize(1);

    clock.advance(Duration.ofSeconds(75));
    second.scan();

    assertThat(receivers.got).containsExactly("one 1", "one 1");
    assertThat(waiting()).isZero();
  }

  @Test
  void theSameEventAgainIsTheSameDelivery() {
    hook(APP, "one");
    receivers.statuses.put("one", 503);
    happened(deliveries, APP, "1", "pkg:a");
    offset = 0;
    happened(deliveries, APP, "1", "pkg:a");

    assertThat(waiting()).isEqualTo(1);
  }

  @Test
  void whatWaitsForAWebhookThatIsDeletedIsToldToNobody() {
    Webhook hook = hook(APP, "one");
    receivers.statuses.put("one", 503);
    happened(deliveries, APP, "1", "pkg:a");
    webhooks.delete(APP, hook.id());
    clock.advance(Duration.ofMinutes(1));
    deliveries.scan();

    assertThat(receivers.got).hasSize(1);
    assertThat(waiting()).isZero();
    assertThat(store.list(ObjectKeys.webhookStates(APP), "", 10).entries()).isEmpty();
  }

  @Test
  void aRepositoryHasNoRoomForMoreThanItsShare() {
    hook(APP, "one");
    receivers.statuses.put("one", 503);
    for (int i = 0; i <= Deliveries.MOST_WAITING; i++) {
      happened(deliveries, APP, "" + i, "pkg:a");
    }

    assertThat(buried).hasSize(1);
    assertThat(buried.get(0)).contains("wait already");
  }
}
