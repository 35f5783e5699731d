package dev.countermark.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.faults.Ledger.Change;
import dev.countermark.faults.Ledger.Outcome;
import dev.countermark.faults.Violations.Kind;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks every gateway for everything that was pushed, as whoever may only read does. */
final class ServedAudit {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final int CLIENTS = 8;

  private final Tenants tenants;
  private final Ledger ledger;
  private final Violations violations;
  private final Map<Integer, Set<String>> signatures = new ConcurrentHashMap<>();
  private final Set<Integer> visible = ConcurrentHashMap.newKeySet();
  private final AtomicInteger refused = new AtomicInteger();

  ServedAudit(Tenants tenants, Ledger ledger, Violations violations) {
    this.tenants = tenants;
    this.ledger = ledger;
    this.violations = violations;
  }

  void judge(int uploads) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<Callable<Void>> all = new ArrayList<>();
      for (int i = 0; i < uploads; i++) {
        int number = i;
        all.add(
            () -> {
              judgeOne(number);
              return null;
            });
      }
      threads.invokeAll(all);
    } finally {
      threads.shutdownNow();
    }
    for (Tenants.Tenant tenant : tenants.all()) {
      for (int gateway = 0; gateway < tenant.packages().size(); gateway++) {
        judgeList(tenant, gateway, uploads);
      }
    }
  }

  /** SHA-256 of all signatures that are handed out, by upload. */
  Map<Integer, Set<String>> signatures() {
    return signatures;
  }

  /** How many were visibly refused. */
  int refused() {
    return refused.get();
  }

  private void judgeOne(int number) {
    try {
      Outcome outcome = ledger.outcome(number).orElse(Outcome.UNANSWERED);
      if (ledger.deletion(number).filter(Change.DONE::equals).isPresent()) {
        for (Packages packages : tenants.of(number).packages()) {
          if (asked(number, packages).isPresent()) {
            violations.add(Kind.RESURRECTED, tenants.describe(number));
          }
        }
        return;
      }
      JsonNode status = Waiting.answer(PATIENCE, () -> status(number));
      boolean promised = outcome == Outcome.ACCEPTED && ledger.deletion(number).isEmpty();
      switch (status.path("status").asText("none")) {
        case "signed" -> judgeSigned(number, status);
        case "refused" -> refused.incrementAndGet();
        case "none", "deleted" -> {
          if (promised) {
            violations.add(Kind.LOST, tenants.describe(number) + ": " + status);
          }
        }
        default -> violations.add(Kind.UNSETTLED, tenants.describe(number) + ": " + status);
      }
    } catch (RuntimeException e) {
      violations.add(Kind.WRONG_ANSWER, tenants.describe(number) + ": " + e);
    }
  }

  /** An object without members when there is no such package. */
  private JsonNode status(int number) {
    Tenants.Tenant tenant = tenants.of(number);
    Feed feed = tenant.feeds().get(number % tenant.feeds().size());
    String name = tenant.by(0).name(number);
    HttpResponse<byte[]> answer =
        Answers.settled(
            feed.pusher()
                .send(
                    "GET",
                    feed.path("/status/" + tenant.format().label() + "/" + encoded(name)),
                    null,
                    Map.of()));
    return answer.statusCode() == 404
        ? JsonNodeFactory.instance.objectNode()
        : Answers.json(answer);
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("%2F", "/");
  }

  private static Optional<Map<String, byte[]>> asked(int number, Packages packages) {
    return Waiting.answer(PATIENCE, () -> packages.fetch(number));
  }

  private void judgeSigned(int number, JsonNode status) {
    visible.add(number);
    for (Packages packages : tenants.of(number).packages()) {
      Optional<Map<String, byte[]>> files = asked(number, packages);
      if (files.isEmpty()) {
        violations.add(Kind.LOST, tenants.describe(number) + " is signed and not there");
        continue;
      }
      Optional<Set<String>> signed =
          Waiting.answer(PATIENCE, () -> packages.verify(number, files.get()));
      if (signed.isEmpty()) {
        violations.add(Kind.CHANGED, tenants.describe(number) + " does not verify");
      } else {
        Set<String> other = signatures.putIfAbsent(number, signed.get());
        if (other != null && !other.equals(signed.get())) {
          violations.add(
              Kind.TWICE, tenants.describe(number) + " has other signatures at each gateway");
        }
      }
    }
    Optional<Boolean> shown = tenants.of(number).by(0).isShown(status);
    Optional<Boolean> wanted = ledger.shown(number);
    if (shown.isPresent() && wanted.isPresent() && !shown.equals(wanted)) {
      violations.add(Kind.MISLISTED, tenants.describe(number) + " is shown: " + shown.get());
    }
  }

  private void judgeList(Tenants.Tenant tenant, int gateway, int uploads) {
    Set<Integer> wanted = new TreeSet<>();
    Set<Integer> allowed = new TreeSet<>();
    for (int number = 0; number < uploads; number++) {
      if (tenants.of(number).equals(tenant)
          && ledger.deletion(number).filter(Change.DONE::equals).isEmpty()) {
        allowed.add(number);
        if (visible.contains(number)) {
          wanted.add(number);
        }
      }
    }
    Set<Integer> listed = new TreeSet<>();
    boolean right =
        Waiting.until(
            PATIENCE,
            () -> {
              listed.clear();
              listed.addAll(tenant.by(gateway).listed());
              return listed.containsAll(wanted) && allowed.containsAll(listed);
            });
    if (!right) {
      Set<Integer> missing = new TreeSet<>(wanted);
      missing.removeAll(listed);
      listed.removeAll(allowed);
      violations.add(
          Kind.MISLISTED,
          tenant.repository()
              + " by gateway "
              + gateway
              + ": missing "
              + missing
              + ", too many "
              + listed);
    }
  }
}
