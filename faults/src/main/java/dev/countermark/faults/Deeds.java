package dev.countermark.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.Events;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.Topics;
import dev.countermark.faults.Ledger.Change;
import dev.countermark.faults.Ledger.Outcome;
import dev.countermark.faults.Violations.Kind;
import dev.countermark.faults.plan.Deed;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;

/** Does what people do besides pushing, one after the other, each until it is answered. */
final class Deeds implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration END = Duration.ofMinutes(5);
  private static final Set<Integer> GONE = Set.of(404, 410);

  private final Site site;
  private final Tenants tenants;
  private final Ledger ledger;
  private final Records records;
  private final Violations violations;
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Map<Deed.Kind, Integer> done = new EnumMap<>(Deed.Kind.class);
  private final List<String> campaigns = new CopyOnWriteArrayList<>();
  private int attempts;

  Deeds(Site site, Tenants tenants, Ledger ledger, Records records, Violations violations) {
    this.site = site;
    this.tenants = tenants;
    this.ledger = ledger;
    this.records = records;
    this.violations = violations;
  }

  void begin(Deed deed) {
    thread.execute(
        () -> {
          try {
            if (act(deed)) {
              count(deed.kind());
            }
          } catch (RuntimeException e) {
            violations.add(Kind.WRONG_ANSWER, deed.toString().strip() + ": " + e);
          }
        });
  }

  private synchronized void count(Deed.Kind kind) {
    done.merge(kind, 1, Integer::sum);
  }

  synchronized Map<Deed.Kind, Integer> done() {
    return new EnumMap<>(done);
  }

  /** Those that were asked for. */
  List<String> campaigns() {
    return List.copyOf(campaigns);
  }

  private boolean act(Deed deed) {
    return switch (deed.kind()) {
      case DELETE -> delete(deed.subject());
      case HIDE -> show(deed.subject(), false);
      case SHOW -> show(deed.subject(), true);
      case ROTATE -> rotate(tenants.all().get(deed.subject()));
      case CAMPAIGN -> campaign(deed.subject());
    };
  }

  /** By another gateway with each try. */
  private <T> Optional<T> answer(Supplier<T> question) {
    try {
      return Optional.of(Waiting.answer(PATIENCE, question));
    } catch (UncheckedIOException e) {
      return Optional.empty();
    }
  }

  private Packages next(int number) {
    return tenants.of(number).by(attempts++);
  }

  private boolean isThere(int number) {
    return ledger.outcome(number).filter(Outcome.ACCEPTED::equals).isPresent()
        && ledger.deletion(number).isEmpty();
  }

  private boolean delete(int number) {
    if (!isThere(number)) {
      return false;
    }
    // Before the first try: whoever reads meanwhile may find it gone.
    ledger.deletion(number, Change.BEGUN);
    Optional<OptionalInt> status = answer(() -> next(number).delete(number));
    if (status.isEmpty()) {
      ledger.deletion(number, Change.UNANSWERED);
      return true;
    }
    if (status.get().isEmpty()) {
      ledger.undelete(number);
      return false;
    }
    int answered = status.get().getAsInt();
    if (answered / 100 == 2 || GONE.contains(answered)) {
      ledger.deletion(number, Change.DONE);
    } else {
      ledger.deletion(number, Change.UNANSWERED);
      violations.add(Kind.WRONG_ANSWER, "deleting " + tenants.describe(number) + ": " + answered);
    }
    return true;
  }

  private boolean show(int number, boolean shown) {
    if (!isThere(number)) {
      return false;
    }
    Optional<OptionalInt> status = answer(() -> next(number).show(number, shown));
    if (status.isEmpty()) {
      ledger.shown(number, Optional.empty());
      return true;
    }
    if (status.get().isEmpty()) {
      return false;
    }
    if (status.get().getAsInt() / 100 == 2) {
      ledger.shown(number, Optional.of(shown));
    } else {
      ledger.shown(number, Optional.empty());
      violations.add(
          Kind.WRONG_ANSWER,
          "showing " + tenants.describe(number) + ": " + status.get().getAsInt());
    }
    return true;
  }

  private boolean rotate(Tenants.Tenant tenant) {
    String repository = tenant.repository().toString();
    Optional<HttpResponse<byte[]>> rotated =
        answer(() -> site.rotate(repository, tenant.format().label()));
    if (rotated.isEmpty()) {
      return false;
    }
    if (rotated.get().statusCode() == 404) {
      return false; // nothing was signed there so far: there is no key
    }
    Answers.body(rotated.get());
    String id = "renewal-" + campaigns.size() + "-" + repository.replace('/', '.');
    ObjectNode order = JsonNodeFactory.instance.objectNode().put("campaign", id);
    order.set("mode", mode(tenant.format().renewal()));
    Optional<HttpResponse<byte[]>> started =
        answer(
            () ->
                Answers.settled(
                    Site.json(
                        site.admin(attempts++ % site.gateways().size()),
                        "POST",
                        "/api/v1/repositories/" + repository + "/resyncs",
                        order)));
    started.ifPresent(
        answer -> {
          if (answer.statusCode() == 202) {
            campaigns.add(id);
          } else {
            violations.add(Kind.WRONG_ANSWER, Answers.told(answer));
          }
        });
    return true;
  }

  private boolean campaign(int number) {
    String id = "everything-" + number;
    ObjectNode event =
        JsonNodeFactory.instance
            .objectNode()
            .put("specversion", "1.0")
            .put("id", id)
            .put("source", "/faults")
            .put("type", Events.ResyncRequested.TYPE);
    event.putObject("data").put("campaign", id).set("mode", mode(ResyncMode.ENSURE));
    for (long end = System.nanoTime() + PATIENCE.toNanos(); System.nanoTime() < end; ) {
      try {
        records.send(
            Topics.RESYNC_CAMPAIGNS, id.getBytes(StandardCharsets.UTF_8), Json.write(event));
        campaigns.add(id);
        return true;
      } catch (KafkaException e) {
        Waiting.beforeTry(3);
      }
    }
    return false;
  }

  private static JsonNode mode(ResyncMode mode) {
    return Json.read(Json.write(mode), JsonNode.class);
  }

  void awaitEnd() throws InterruptedException {
    thread.shutdown();
    if (!thread.awaitTermination(END.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("deeds take longer than " + END);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
