package dev.countermark.ctl.remote;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;

/** Watches a campaign: a bar in a terminal, a line whenever something changed elsewhere. */
final class Progress {
  private static final long LOOK_MILLIS = 1_000;
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
    int away = 0;
    while (true) {
      try {
        JsonNode now = platform.get("/api/v1/resyncs/" + Told.encoded(campaign));
        away = 0;
        show(now);
        if (now.hasNonNull("endedAt")) {
          end(now);
          return now;
        }
      } catch (RemoteException e) {
        if (e.exitCode() != ExitCodes.AWAY || ++away > 60) {
          throw e;
        }
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RemoteException.away("interrupted; the campaign goes on", e);
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
