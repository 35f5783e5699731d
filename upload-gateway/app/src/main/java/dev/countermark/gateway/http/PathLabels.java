package dev.countermark.gateway.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * What metrics say of a request's address: the pattern of the resource that answers it, and one
 * label for all that none answers. Else whoever asks for a hundred strange paths uses up the labels
 * there are, and names of repositories are among them.
 */
@ApplicationScoped
class PathLabels {
  /** Before everything else that may answer. */
  private static final int FIRST = 1_004;

  /** Where the framework puts the pattern of a resource, and where its metrics look for it. */
  private static final String PATTERN = "UrlPathTemplate";

  private static final String NONE = "/unmatched";

  void register(@Observes Filters filters) {
    filters.register(PathLabels::begin, FIRST);
  }

  private static void begin(RoutingContext context) {
    if (context.request() instanceof HttpServerRequestInternal request) {
      request.context().putLocal(PATTERN, NONE);
    }
    context.next();
  }
}
