package dev.countermark.bench.resync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.bench.Lags;
import dev.countermark.bench.Parallel;
import dev.countermark.bench.Poll;
import dev.countermark.bench.Say;
import dev.countermark.bench.Target;
import dev.countermark.contracts.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The claims about campaigns of one format: a package takes as long in a large repository as in a
 * small one; who pushes meanwhile waits little longer than when nothing else is done; to find that
 * nothing has to be signed takes a fraction of signing.
 */
final class ResyncBench {
  private static final int SINGLE_PUSHES = 200;
  private static final int ROUNDS = 3;
  private static final Duration SELDOM = Duration.ofMillis(250);
  private static final Duration AT_ONCE = Duration.ofMillis(5);

  private final Target target;
  private final ResyncedFormat format;
  private final ObjectNode figures;
  private final String prefix;

  ResyncBench(Target target, ResyncedFormat format, ObjectNode figures) {
    this.target = target;
    this.format = format;
    this.figures = figures;
    this.prefix =
        "bench/" + format.label() + "-resync-" + Long.toString(System.nanoTime(), 36) + "-";
  }

  /** A repository of so many packages, all of them signed. */
  private final class Filled {
    final String repository;
    final int count;

    Filled(String name, int count) {
      this.repository = prefix + name;
      this.count = count;
      Say.line(format.label() + ": " + count + " packages into a " + name + " repository");
      ResyncedFormat.Packages packages = format.in(target, repository);
      Parallel.forEach(count, packages::push);
      // From the last to the first: few questions while the platform is still busy.
      for (int i = count - 1; i >= 0; i -= Math.max(1, count / 100)) {
        awaitSigned(packages, i, SELDOM);
      }
    }

    /** All of it with a new key; seconds. */
    double resignedAfterARotation() {
      target.rotate(repository, format.label());
      return campaign("changed");
    }

    /**
     * @param result what comes of every package
     * @return seconds from the request to the end
     */
    double campaign(String result) {
      String id = start();
      JsonNode ended = ended(id);
      if (!ended.path("state").asText().equals("done")
          || ended.path("results").path(result).asInt() != count) {
        throw new IllegalStateException("not all are " + result + ": " + ended);
      }
      return seconds(
          Duration.between(
              Instant.parse(ended.path("requestedAt").asText()),
              Instant.parse(ended.path("endedAt").asText())));
    }

    String start() {
      String id = "bench-" + Long.toString(System.nanoTime(), 36);
      ObjectNode request = JsonNodeFactory.instance.objectNode();
      request.put("campaign", id).put("repository", repository);
      target.order("POST", "/api/v1/resyncs", Json.write(request), 202);
      return id;
    }
  }

  private JsonNode status(String campaign) {
    return Json.read(target.order("GET", "/api/v1/resyncs/" + campaign, null, 200), JsonNode.class);
  }

  private JsonNode ended(String campaign) {
    JsonNode[] last = new JsonNode[1];
    Poll.until(
        "the campaign " + campaign + " goes on",
        SELDOM,
        () -> {
          last[0] = status(campaign);
          return last[0].has("endedAt");
        });
    return last[0];
  }

  void run(int small, int large) {
    Filled few = new Filled("small", small);
    Filled many = new Filled("large", large);
    ResyncedFormat.Packages single = format.in(target, prefix + "single");
    List<Long> idle = pushSingly(single, 0, SINGLE_PUSHES);
    Lags.put(figures.putObject("idleLagMillis"), idle);

    double fewSeconds = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      fewSeconds = Math.min(fewSeconds, few.resignedAfterARotation());
    }
    rate("small", small, fewSeconds);
    double manySeconds = many.resignedAfterARotation();
    rate("large", large, manySeconds);
    ratio("timePerPackageRatioLargeToSmall", manySeconds / large / (fewSeconds / small));

    double nothing = many.campaign("unchanged");
    rate("nothingToDo", large, nothing);
    ratio("nothingToDoRatioToSigning", manySeconds / nothing);

    List<Long> beside = pushBeside(single, many);
    Lags.put(figures.putObject("lagMillisBeside"), beside);
    ratio("p99RatioBesideToIdle", p99("lagMillisBeside") / p99("idleLagMillis"));
  }

  private double p99(String figure) {
    return Math.max(1, figures.path(figure).path("p99").asDouble());
  }

  /** As many single pushes as the campaign leaves time for, not fewer than when idle. */
  private List<Long> pushBeside(ResyncedFormat.Packages single, Filled many) {
    Say.line(format.label() + ": single pushes while " + many.count + " are signed anew");
    target.rotate(many.repository, format.label());
    String id = many.start();
    List<Long> lags = new ArrayList<>();
    int next = SINGLE_PUSHES;
    while (!status(id).has("endedAt")) {
      lags.addAll(pushSingly(single, next, next + 10));
      next += 10;
    }
    ended(id);
    if (lags.size() < SINGLE_PUSHES) {
      Say.line("  few samples: the campaign was short");
    }
    return lags;
  }

  /** Each when the one before is signed; milliseconds from accepted to signed. */
  private List<Long> pushSingly(ResyncedFormat.Packages packages, int from, int to) {
    List<Long> lags = new ArrayList<>();
    for (int i = from; i < to; i++) {
      packages.push(i);
      lags.add(awaitSigned(packages, i, AT_ONCE).path("lagMillis").asLong());
    }
    return lags;
  }

  private static JsonNode awaitSigned(
      ResyncedFormat.Packages packages, int number, Duration interval) {
    JsonNode[] status = new JsonNode[1];
    Poll.until(
        "package " + number + " is signed",
        interval,
        () -> {
          status[0] = packages.status(number);
          return status[0].path("status").asText().equals("signed");
        });
    return status[0];
  }

  private void rate(String what, int count, double seconds) {
    ObjectNode figure = figures.putObject(what);
    figure.put("packages", count);
    figure.put("seconds", Say.rounded(seconds));
    figure.put("packagesPerSecond", Say.rounded(count / seconds));
    Say.line(
        format.label() + ", " + what + ": " + figure.path("packagesPerSecond") + " packages/s");
  }

  private void ratio(String what, double value) {
    figures.put(what, Say.rounded(value));
    Say.line(format.label() + ", " + what + ": " + figures.path(what));
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1_000.0;
  }
}
