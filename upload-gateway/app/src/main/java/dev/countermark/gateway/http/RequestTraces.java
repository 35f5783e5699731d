package dev.countermark.gateway.http;

import dev.countermark.tracing.Step;
import dev.countermark.tracing.Tracing;
import io.quarkus.arc.Arc;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.MDC;

/**
 * Where traces begin: at each request that may write. What a client says of a trace of its own is
 * not looked at, for it would decide what is recorded here. Neither address nor headers are told.
 */
@ApplicationScoped
public class RequestTraces {
  private static final String KEY = RequestTraces.class.getName();

  /** Behind the access log. */
  private static final int SECOND = 1_002;

  private static final Set<HttpMethod> READING =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private final Tracing tracing;

  RequestTraces(Tracing tracing) {
    this.tracing = tracing;
  }

  void register(@Observes Filters filters) {
    if (tracing.isOn()) {
      filters.register(this::trace, SECOND);
    }
  }

  private void trace(RoutingContext context) {
    HttpMethod method = context.request().method();
    if (!READING.contains(method)) {
      Step step =
          tracing
              .begin("request", Tracing.Kind.ANSWERS, Optional.empty())
              .with("http.request.method", method.name());
      context.put(KEY, step);
      // Of the request, not of a thread: whoever goes on with it finds it.
      step.trace().ifPresent(trace -> MDC.put("trace", trace));
      context.addEndHandler(
          over -> {
            step.with("status", Integer.toString(context.response().getStatusCode()));
            step.close();
          });
    }
    context.next();
  }

  /** Id of the trace that begins at a request; empty when it is not traced. */
  static Optional<String> of(RoutingContext context) {
    return Optional.ofNullable(context.<Step>get(KEY)).flatMap(Step::trace);
  }

  /**
   * The {@code traceparent} of the request that this thread answers; empty when it is not traced.
   */
  public Optional<String> current() {
    if (!tracing.isOn() || !Arc.container().requestContext().isActive()) {
      return Optional.empty();
    }
    RoutingContext context = Arc.container().instance(CurrentVertxRequest.class).get().getCurrent();
    return Optional.ofNullable(context).map(c -> c.<Step>get(KEY)).flatMap(Step::parent);
  }
}
