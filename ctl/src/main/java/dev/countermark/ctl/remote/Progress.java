package dev.countermark.ctl.remote;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Watches a campaign: a bar in a terminal, a line whenever something changed elsewhere. */
final class Progress {
  /** The platform answers when there is news, or when that is over. */
  private static final String WAIT = "?wait=30";

  private static final Duration AGAIN = Duration.ofSeconds(1);
  private static final Duration LONGEST_REST = Duration.ofSeconds(10);
  private static final int MOST_FAILURES = 60;
  private static final int WIDTH = 30;

  private final Remote platform;
  private final PrintWriter out;
  private final boolean shown;
  private final boolean live = System.console() != null;
  private String before = "";

  /**
   * @param shown whether anything is printed
   */
  Progress(Remote platform, PrintWriter out, boolean shown) {
    this.platform = platform;
    this.out = out;
    this.shown = shown;
  }

  /** Until it has ended; a platform that is away for a moment is waited for. */
  JsonNode watch(String campaign) {
    String path = "/api/v1/resyncs/" + Told.encoded(campaign);
    Optional<String> version = Optional.empty();
    int away = 0;
    while (true) {
      Duration rest;
      try {
        Remote.News news = platform.news(version.isEmpty() ? path : path + WAIT, version);
        away = 0;
        news.body().ifPresent(this::show);
        if (news.body().filter(now -> now.hasNonNull("endedAt")).isPresent()) {
          end(news.body().get());
          return news.body().get();
        }
        version = news.version();
        // Without a version there is nothing to wait for.
        rest = version.isEmpty() ? AGAIN : news.rest();
      } catch (RemoteException e) {
        if (e.exitCode() != ExitCodes.AWAY || ++away > MOST_FAILURES) {
          throw e;
        }
        rest = AGAIN;
      }
      rest(rest);
    }
  }

  private static void rest(Duration rest) {
    LockSupport.parkNanos(Math.min(rest.toNanos(), LONGEST_REST.toNanos()));
    if (Thread.interrupted()) {
      throw RemoteException.away("interrupted; the campaign goes on", null);
    }
  }

  private void show(JsonNode c) {
    long planned = c.path("planned").asLong();
    long done = c.path("done").asLong();
    String line =
        c.path("state").asText()
            + " "
            + bar(planned, done)
            + " "
            + done
            + " of "
            + planned
            + (c.path("complete").asBoolean() ? "" : " or more")
            + (c.hasNonNull("perSecond") ? ", " + c.path("perSecond").asText() + "/s" : "")
            + (c.hasNonNull("secondsLeft")
                ? ", " + c.path("secondsLeft").asText() + " s left"
                : "");
    if (!shown || line.equals(before)) {
      return;
    }
    if (live) {
      out.print("\r" + line + " ".repeat(Math.max(0, before.length() - line.length())));
      out.flush();
    } else {
      out.println(line);
    }
    before = line;
  }

  private static String bar(long planned, long done) {
    int full = planned == 0 ? 0 : (int) (WIDTH * done / planned);
    return "[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "]";
  }

  private void end(JsonNode c) {
    if (!shown) {
      return;
    }
    if (live) {
      out.println();
    }
    c.path("results")
        .fields()
        .forEachRemaining(r -> out.println(r.getKey() + ": " + r.getValue().asText()));
    if (c.hasNonNull("why")) {
      out.println("refused: " + Told.text(c.path("why")));
    }
    if (c.hasNonNull("broken")) {
      out.println("breaks " + c.path("brokenCount").asText() + ": " + Told.text(c.path("broken")));
      out.println(Told.text(c.path("remedy")));
    }
  }
}
