package dev.countermark.gateway.webhooks;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.WebhookTested;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Sends events to the receivers of webhooks, each at least once. One is in the store before the
 * broker is told that it was taken, and goes from there when its receiver has it, or when it is
 * given up. All gateways look what lies there; one at a time is at what one webhook is told.
 */
public final class Deliveries {
  /** Events that may wait in one repository; what comes then is given up at once. */
  static final int MOST_WAITING = 10_000;

  static final Duration GIVEN_UP_AFTER = Duration.ofDays(1);

  /** Receivers that are waited for at a time, of all repositories and of one. */
  private static final int MOST_SENT = 256;

  private static final int MOST_OF_ONE = 16;
  private static final int MOST_TRIALS = 16;
  private static final int MOST_TRIALS_OF_ONE = 2;

  private static final int MOST_LANES = 1_024;
  private static final int PAGE = 1_000;

  private final Parts parts;
  private final Records records;
  private final Slots slots = new Slots(MOST_SENT, MOST_OF_ONE);
  private final Slots trials = new Slots(MOST_TRIALS, MOST_TRIALS_OF_ONE);
  private final Map<Target, Lane> lanes = new ConcurrentHashMap<>();
  private final Map<Target, Instant> resting = new ConcurrentHashMap<>();
  private volatile Map<RepositoryName, Integer> waiting = new ConcurrentHashMap<>();

  /**
   * @param graveyard takes what is given up
   * @param tried told of each try
   * @param work where the store is read and written
   * @param gateway id of this one; another one after each start
   */
  record Parts(
      BlobStore store,
      Webhooks webhooks,
      Sender sender,
      Graveyard graveyard,
      Consumer<Attempt> tried,
      Backoff backoff,
      Executor work,
      String gateway,
      Clock clock) {}

  /** Takes what is given up. */
  interface Graveyard {
    /**
     * @param name of the delivery
     * @param why in words
     */
    void bury(Target target, String name, Delivery delivery, String why);
  }

  /** A webhook, by its name. */
  record Target(RepositoryName repository, String webhook) {
    /** Of what lies below {@link ObjectKeys#DELIVERIES}. */
    static Optional<Target> of(String key) {
      String[] parts = key.split("/", -1);
      return parts.length == 5
          ? RepositoryName.parse(parts[1] + "/" + parts[2]).map(r -> new Target(r, parts[3]))
          : Optional.empty();
    }

    String prefix() {
      return ObjectKeys.deliveries(repository, webhook);
    }
  }

  Deliveries(Parts parts) {
    this.parts = parts;
    this.records = new Records(parts.store());
  }

  /**
   * Takes an event for all webhooks of its repository that want it; the same again is the same
   * delivery.
   *
   * @param name tells it from others of the repository, which follow it in the order of their names
   */
  void take(RepositoryName repository, CloudEvent event, Bytes bytes, String name) {
    for (Webhook webhook : parts.webhooks().seen(repository)) {
      if (webhook.wants(event)) {
        take(new Target(repository, webhook.id()), bytes, name);
      }
    }
  }

  /** Takes an event for one webhook. */
  void take(Target target, Bytes event, String name) {
    Delivery delivery = new Delivery(parts.clock().instant(), 0, Optional.empty(), event);
    if (waiting.merge(target.repository(), 1, Integer::sum) > MOST_WAITING) {
      parts
          .graveyard()
          .bury(target, name, delivery, MOST_WAITING + " events of the repository wait already");
      return;
    }
    records.create(target.prefix() + name + ".json", delivery);
    goOn(target);
  }

  /** Looks at everything that waits, and goes on with what is due. */
  void scan() {
    Map<RepositoryName, Integer> counted = new HashMap<>();
    Map<Target, Boolean> seen = new HashMap<>();
    String after = "";
    BlobStore.Page page;
    do {
      page = parts.store().list(ObjectKeys.DELIVERIES, after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        Target.of(after)
            .ifPresent(
                target -> {
                  counted.merge(target.repository(), 1, Integer::sum);
                  seen.put(target, true);
                });
      }
    } while (page.more());
    waiting = new ConcurrentHashMap<>(counted);
    resting.keySet().retainAll(seen.keySet());
    seen.keySet().forEach(this::goOn);
  }

  /** Has one looked at, unless its receiver is left alone. */
  void goOn(Target target) {
    Instant due = resting.get(target);
    if (due != null && parts.clock().instant().isBefore(due)) {
      return;
    }
    if (lanes.size() < MOST_LANES || lanes.containsKey(target)) {
      lanes.computeIfAbsent(target, t -> new Lane(t, this, parts)).goOn();
    }
  }

  /** There is nothing to do for one for now. */
  void ended(Lane lane, Optional<Instant> next) {
    next.ifPresent(at -> resting.put(lane.target(), at));
    lanes.remove(lane.target(), lane);
  }

  /** Events that wait, as far as the last look saw. */
  int waiting() {
    return waiting.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Whether one more may wait. */
  boolean hasRoom(Target target) {
    return waiting.getOrDefault(target.repository(), 0) < MOST_WAITING;
  }

  /** An event waits no longer. */
  void gone(Target target) {
    waiting.computeIfPresent(target.repository(), (r, count) -> count > 1 ? count - 1 : null);
  }

  /** Receivers that are waited for now. */
  int inFlight() {
    return slots.taken();
  }

  /** Whether it was sent, which it is not while too many others are. */
  Optional<CompletionStage<Attempt>> send(Webhook webhook, CloudEvent event, Bytes body) {
    return send(slots, webhook, event, body);
  }

  private Optional<CompletionStage<Attempt>> send(
      Slots within, Webhook webhook, CloudEvent event, Bytes body) {
    if (!within.take(webhook.repository())) {
      return Optional.empty();
    }
    Instant now = parts.clock().instant();
    Map<String, String> headers =
        Map.of(
            "content-type",
            CloudEvent.MEDIA_TYPE,
            "webhook-id",
            event.id(),
            "webhook-timestamp",
            Long.toString(now.getEpochSecond()),
            "webhook-signature",
            parts.webhooks().secretOf(webhook).signature(event.id(), now, body.toArray()));
    return Optional.of(
        sent(webhook, headers, body)
            .handle(
                (attempt, failure) -> {
                  within.giveBack(webhook.repository());
                  Attempt known =
                      failure == null
                          ? attempt
                          : Attempt.without(parts.clock().instant(), Attempt.Result.UNREACHABLE);
                  parts.tried().accept(known);
                  return known;
                }));
  }

  private CompletionStage<Attempt> sent(Webhook webhook, Map<String, String> headers, Bytes body) {
    try {
      return parts.sender().send(webhook.url(), headers, body);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Sends an event that says nothing, at once, and tells what came of it.
   *
   * @return empty while too much else is being sent
   */
  public Optional<CompletionStage<Attempt>> test(Webhook webhook) {
    CloudEvent event =
        CloudEvent.of(
            UUID.randomUUID().toString(),
            "/upload-gateway",
            WebhookTested.TYPE,
            null,
            parts.clock().instant(),
            new WebhookTested(webhook.repository(), webhook.id()));
    return send(trials, webhook, event, Bytes.of(Json.write(event)));
  }
}
