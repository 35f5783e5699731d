package dev.countermark.faults;

import dev.countermark.contracts.Failure;
import dev.countermark.faults.Violations.Kind;
import dev.countermark.testkit.http.HttpCaller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Waits until nothing is left to be done; how far it is, the store and the gateways tell. */
final class Settling {
  private static final Duration LIMIT = Duration.ofMinutes(6);
  private static final Set<String> PARTS =
      Set.of("upload-gateway", "upload-gateway-2", "signer", "signer-2", "key-service");

  private final Site site;
  private final StoreAudit store;
  private final Violations violations;

  Settling(Site site, StoreAudit store, Violations violations) {
    this.site = site;
    this.store = store;
    this.violations = violations;
  }

  /**
   * @param campaigns that must come to their end
   */
  void await(List<String> campaigns) {
    Map<String, String> left = new TreeMap<>();
    boolean settled =
        Waiting.until(
            LIMIT,
            () -> {
              left.clear();
              PARTS.stream().filter(part -> !isReady(part)).forEach(p -> left.put(p, "not ready"));
              if (left.isEmpty()) {
                look(campaigns, left);
              }
              return left.isEmpty();
            });
    if (!settled) {
      left.forEach((what, why) -> violations.add(kind(campaigns, what), what + ": " + why));
    }
  }

  private static Kind kind(List<String> campaigns, String what) {
    return campaigns.contains(what)
        ? Kind.CAMPAIGN
        : PARTS.contains(what) ? Kind.DOWN : Kind.UNSETTLED;
  }

  private boolean isReady(String part) {
    String port = site.setting(part, "quarkus.management.port");
    if (port == null) {
      port = site.setting(part, "quarkus.http.port");
    }
    HttpCaller caller = HttpCaller.anonymous(URI.create("http://127.0.0.1:" + port));
    return caller.send("GET", "/q/health/ready", null, Map.of()).statusCode() == 200;
  }

  private void look(List<String> campaigns, Map<String, String> left) {
    try {
      store.waiting().forEach(key -> left.put(key, "received"));
    } catch (Failure.Transient e) {
      throw new UncheckedIOException(new IOException(e));
    }
    for (String campaign : campaigns) {
      HttpResponse<byte[]> answer =
          Answers.settled(site.admin(0).send("GET", "/api/v1/resyncs/" + campaign, null, Map.of()));
      // One that an event asks for is not there before the event was read.
      if (answer.statusCode() != 200
          || !Answers.json(answer).path("state").asText().equals("done")) {
        left.put(campaign, Answers.told(answer));
      }
    }
  }
}
