package dev.countermark.gateway.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.gateway.kit.CurrentCaller;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import org.jboss.logging.Logger;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jboss.logmanager.handlers.AsyncHandler;

/**
 * One line of JSON for each request when it is over: who did what, and what came of it. Never a
 * header that holds credentials, nor what follows the question mark, where clients put them.
 */
@ApplicationScoped
class AccessLog {
  /** The category that is configured; not the name of a class, so that it never changes. */
  private static final String CATEGORY = "access-log";

  private static final Logger LOG = Logger.getLogger(CATEGORY);

  /** Even before what answers by itself. */
  private static final int FIRST = 1_003;

  private static final int LONGEST_PATH = 1_024;
  private static final int LONGEST_AGENT = 200;

  private final Clock clock;

  AccessLog(Clock clock) {
    this.clock = clock;
  }

  /** Its lines are JSON already, and stay as they are where those of the whole log become it. */
  void keepLines(@Observes StartupEvent started) {
    keepLines(java.util.logging.Logger.getLogger(CATEGORY).getHandlers());
  }

  static void keepLines(Handler... handlers) {
    for (Handler handler : handlers) {
      if (handler instanceof AsyncHandler queue) {
        keepLines(queue.getHandlers());
      } else {
        handler.setFormatter(new PatternFormatter("%m%n"));
      }
    }
  }

  void register(@Observes Filters filters) {
    filters.register(this::watch, FIRST);
  }

  private void watch(RoutingContext context) {
    if (LOG.isInfoEnabled()) {
      Instant at = clock.instant();
      long begun = System.nanoTime();
      context.addEndHandler(over -> LOG.info(line(context, at, System.nanoTime() - begun)));
    }
    context.next();
  }

  private static String line(RoutingContext context, Instant at, long nanos) {
    HttpServerRequest request = context.request();
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("time", at.toString());
    line.put("logger", CATEGORY);
    line.put(
        "remote", request.remoteAddress() == null ? "" : request.remoteAddress().hostAddress());
    line.put("subject", CurrentCaller.of(context).orElse("anonymous"));
    line.put("method", request.method().name());
    line.put("path", cut(request.path(), LONGEST_PATH));
    line.put("tls", request.isSSL());
    line.put("status", context.response().getStatusCode());
    line.put("received", request.bytesRead());
    line.put("sent", context.response().bytesWritten());
    line.put("millis", TimeUnit.NANOSECONDS.toMillis(nanos));
    line.put("agent", cut(request.getHeader("User-Agent"), LONGEST_AGENT));
    RequestTraces.of(context).ifPresent(trace -> line.put("trace", trace));
    return line.toString();
  }

  private static String cut(String text, int most) {
    return text == null || text.length() <= most ? text : text.substring(0, most) + "…";
  }
}
