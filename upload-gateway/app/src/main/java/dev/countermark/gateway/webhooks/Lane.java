package dev.countermark.gateway.webhooks;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.gateway.webhooks.Deliveries.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * What one gateway does for one webhook while it is at it, by a lease in the webhook's state: takes
 * what waits in its order, a few at a time but never two of one package, one only while the
 * receiver is not known to answer. Takes turns with itself: never runs twice at the same time.
 */
final class Lane {
  private static final Logger LOG = Logger.getLogger(Lane.class);

  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final Duration RENEWED = Duration.ofSeconds(20);

  /** Whoever finds another gateway there looks again so much later. */
  private static final Duration LOOKS_AGAIN = Duration.ofSeconds(10);

  private static final int MOST_SENT = 4;
  private static final int PAGE = 200;

  /** Deliveries that are looked at in one turn: it must be over long before the lease is. */
  private static final int MOST_STEPS = 50;

  private final Target target;
  private final Deliveries deliveries;
  private final Deliveries.Parts parts;
  private final Records records;
  private final AtomicInteger calls = new AtomicInteger();
  private final Queue<Sent> answers = new ConcurrentLinkedQueue<>();

  private final Deque<String> waiting = new ArrayDeque<>();
  private final Map<String, String> inFlight = new HashMap<>();
  private final Map<String, Instant> deferred = new HashMap<>();
  private WebhookState state = WebhookState.NEW;
  private boolean answersWell;
  private boolean ended;

  /** A delivery whose receiver answered, or did not. */
  private record Sent(String key, Delivery delivery, Attempt attempt) {}

  Lane(Target target, Deliveries deliveries, Deliveries.Parts parts) {
    this.target = target;
    this.deliveries = deliveries;
    this.parts = parts;
    this.records = new Records(parts.store());
  }

  Target target() {
    return target;
  }

  /** Has it look what there is to do. */
  void goOn() {
    if (calls.getAndIncrement() == 0) {
      parts.work().execute(this::turns);
    }
  }

  /** One turn: whoever has more to do takes his place behind all others. */
  private void turns() {
    int seen = calls.get();
    try {
      turn();
    } catch (Failure e) {
      LOG.warnf("a webhook of %s goes on later: %s", target.repository(), e.getMessage());
    } catch (RuntimeException e) {
      LOG.errorf(e, "a webhook of %s goes on later", target.repository());
    }
    if (calls.addAndGet(-seen) != 0) {
      parts.work().execute(this::turns);
    }
  }

  private void turn() {
    if (ended) {
      deliveries.goOn(target); // somebody called who did not know yet
      return;
    }
    while (!answers.isEmpty()) {
      settle(answers.peek());
      answers.remove();
    }
    Instant now = parts.clock().instant();
    if (!isHeld(now)) {
      if (inFlight.isEmpty()) {
        end(Optional.of(now.plus(LOOKS_AGAIN)));
      }
      return;
    }
    if (!state.rests(now)) {
      Optional<Webhook> webhook = parts.webhooks().find(target.repository(), target.webhook());
      if (webhook.isEmpty()) {
        clear();
        return;
      }
      send(webhook.get(), now);
    }
    if (inFlight.isEmpty() && (waiting.isEmpty() || state.rests(now))) {
      giveBack();
    }
  }

  /** Whether this gateway is the one; makes it so when no other one is. */
  private boolean isHeld(Instant now) {
    if (now.isBefore(state.until().minus(RENEWED))) {
      return true;
    }
    Instant until = now.plus(LEASE);
    Optional<WebhookState> held =
        records.update(
            stateKey(),
            WebhookState.class,
            old -> {
              WebhookState there = old.orElse(WebhookState.NEW);
              return there.isOfOther(parts.gateway(), now)
                  ? old
                  : Optional.of(
                      (isOwn(there) ? state : there)
                          .held(there.generation(), Optional.of(parts.gateway()), until));
            });
    if (held.filter(h -> h.isOfOther(parts.gateway(), now)).isPresent()) {
      return false;
    }
    state = held.orElseThrow();
    return true;
  }

  /** Whether this lane wrote it last, and knows more by now. */
  private boolean isOwn(WebhookState there) {
    return there.generation() == state.generation() && there.holder().equals(state.holder());
  }

  private String stateKey() {
    return ObjectKeys.webhookState(target.repository(), target.webhook());
  }

  private void send(Webhook webhook, Instant now) {
    int most = answersWell && state.failures() == 0 ? MOST_SENT : 1;
    boolean more = true;
    int steps = 0;
    while (more && inFlight.size() < most && steps < MOST_STEPS) {
      if (waiting.isEmpty()) {
        fill(now);
      }
      more = !waiting.isEmpty() && sendOne(webhook, waiting.peek(), now);
      steps++;
    }
    if (steps == MOST_STEPS) {
      goOn();
    }
  }

  /**
   * Sends the first of those that wait, or finds that it has to wait behind others.
   *
   * @return false when nothing can be sent for now
   */
  private boolean sendOne(Webhook webhook, String key, Instant now) {
    Optional<Delivery> found = read(key);
    if (found.isEmpty()) {
      waiting.remove();
      return true;
    }
    Delivery delivery = found.get();
    if (!now.isBefore(delivery.since().plus(Deliveries.GIVEN_UP_AFTER))) {
      giveUp(key, delivery);
      waiting.remove();
      return true;
    }
    if (delivery.notBefore().filter(now::isBefore).isPresent()) {
      deferred.put(key, delivery.notBefore().get());
      waiting.remove();
      return true;
    }
    CloudEvent event = delivery.cloudEvent();
    String about = String.valueOf(event.subject());
    if (inFlight.containsValue(about)) {
      return false; // in the order of what happened to it
    }
    Optional<CompletionStage<Attempt>> sent = deliveries.send(webhook, event, delivery.event());
    sent.ifPresent(
        answer -> {
          waiting.remove();
          inFlight.put(key, about);
          var unused =
              answer.thenAccept(
                  attempt -> {
                    answers.add(new Sent(key, delivery, attempt));
                    goOn();
                  });
        });
    return sent.isPresent();
  }

  /** Reads what waits, without what is being sent or has to wait. */
  private void fill(Instant now) {
    deferred.values().removeIf(at -> !now.isBefore(at));
    String after = "";
    BlobStore.Page page;
    do {
      page = parts.store().list(target.prefix(), after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        if (!inFlight.containsKey(after) && !deferred.containsKey(after)) {
          waiting.add(after);
        }
      }
    } while (waiting.isEmpty() && page.more());
  }

  private Optional<Delivery> read(String key) {
    try {
      Optional<Delivery> delivery = records.read(key, Delivery.class);
      delivery.ifPresent(Delivery::cloudEvent);
      return delivery;
    } catch (MalformedJsonException e) {
      LOG.errorf("%s cannot be read, and is left out: %s", key, e.getMessage());
      parts.store().delete(key);
      return Optional.empty();
    }
  }

  /** A receiver that had it before its delivery was gone gets it once more, with the same id. */
  private void settle(Sent sent) {
    Instant now = parts.clock().instant();
    if (sent.attempt().isDelivered()) {
      parts.store().delete(sent.key());
      deliveries.gone(target);
      inFlight.remove(sent.key());
      answersWell = true;
      boolean failed = state.failures() > 0;
      state = state.delivered(sent.attempt());
      if (failed) {
        keep(now);
      }
      return;
    }
    Instant again = now.plus(parts.backoff().after(sent.delivery().attempts() + 1));
    records.update(
        sent.key(), Delivery.class, old -> old.map(there -> sent.delivery().failed(again)));
    inFlight.remove(sent.key());
    deferred.put(sent.key(), again);
    if (state.failures() == 0) {
      LOG.infof(
          "a webhook of %s (%s) fails: %s",
          target.repository(), target.webhook(), sent.attempt().inWords());
    }
    state = state.failed(sent.attempt(), now.plus(parts.backoff().after(state.failures() + 1)));
    keep(now);
  }

  /** Has everybody see how it is; not when another gateway is at it by now. */
  private void keep(Instant now) {
    write(now, Optional.of(parts.gateway()), state.until());
  }

  private void write(Instant now, Optional<String> holder, Instant until) {
    records
        .update(
            stateKey(),
            WebhookState.class,
            old ->
                old.isEmpty() || old.get().isOfOther(parts.gateway(), now)
                    ? old
                    : Optional.of(state.held(old.get().generation(), holder, until)))
        .filter(now1 -> !now1.isOfOther(parts.gateway(), now))
        .ifPresent(written -> state = written);
  }

  private void giveUp(String key, Delivery delivery) {
    String name = key.substring(target.prefix().length(), key.length() - ".json".length());
    parts
        .graveyard()
        .bury(
            target,
            name,
            delivery,
            delivery.attempts()
                + " tries in a day; "
                + state.last().map(Attempt::inWords).orElse("none was made"));
    parts.store().delete(key);
    deliveries.gone(target);
  }

  private void giveBack() {
    Instant now = parts.clock().instant();
    write(now, Optional.empty(), Instant.EPOCH);
    Optional<Instant> next =
        state.nextTry().filter(now::isBefore).isPresent()
            ? state.nextTry()
            : deferred.values().stream().min(Instant::compareTo);
    end(next);
  }

  /** Nobody is to be told anything any more. */
  private void clear() {
    BlobStore.Page page = parts.store().list(target.prefix(), "", PAGE);
    page.entries().forEach(entry -> parts.store().delete(entry.key()));
    if (page.more()) {
      goOn();
      return;
    }
    parts.store().delete(stateKey());
    end(Optional.empty());
  }

  private void end(Optional<Instant> next) {
    ended = true;
    deliveries.ended(this, next);
  }
}
