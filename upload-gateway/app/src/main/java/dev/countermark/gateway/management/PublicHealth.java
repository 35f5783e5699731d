package dev.countermark.gateway.management;

import io.smallrye.health.SmallRyeHealth;
import io.smallrye.health.SmallRyeHealthReporter;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Health on the port of clients, for load balancers that can ask no other: the status alone. It is
 * asked for once a second, however many want to know, since everybody may.
 */
@ApplicationScoped
class PublicHealth {
  private static final Duration FRESH = Duration.ofSeconds(1);

  /** Checks that take so long tell as much as those that fail. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ManagementThreads threads;
  private final SmallRyeHealthReporter reporter;

  PublicHealth(ManagementThreads threads, SmallRyeHealthReporter reporter) {
    this.threads = threads;
    this.reporter = reporter;
  }

  void register(@Observes Router router) {
    serve(router, "/q/health", reporter::getHealthAsync);
    serve(router, "/q/health/live", reporter::getLivenessAsync);
    serve(router, "/q/health/ready", reporter::getReadinessAsync);
    serve(router, "/q/health/started", reporter::getStartupAsync);
    String serving = Serving.GROUP;
    serve(router, "/q/health/group/" + serving, () -> reporter.getHealthGroupAsync(serving));
  }

  private void serve(Router router, String path, Supplier<Uni<SmallRyeHealth>> checks) {
    Question question = new Question(checks);
    router
        .route(path)
        .method(HttpMethod.GET)
        .method(HttpMethod.HEAD)
        .order(0)
        .handler(request -> question.up().onSuccess(up -> answer(request, up)));
  }

  private static void answer(RoutingContext request, boolean up) {
    var unused =
        request
            .response()
            .setStatusCode(up ? 200 : 503)
            .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
            .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
            .end(up ? "{\"status\":\"UP\"}" : "{\"status\":\"DOWN\"}");
  }

  /** Some checks, and what came of them the last time. */
  private final class Question {
    private final Supplier<Uni<SmallRyeHealth>> checks;
    private Future<Boolean> last;
    private long askedAt;

    Question(Supplier<Uni<SmallRyeHealth>> checks) {
      this.checks = checks;
    }

    /** Whether all is well; never fails. */
    Future<Boolean> up() {
      Promise<Boolean> asked = Promise.promise();
      synchronized (this) {
        long now = System.nanoTime();
        if (last != null && (!last.isComplete() || now - askedAt < FRESH.toNanos())) {
          return last;
        }
        last = asked.future();
        askedAt = now;
      }
      threads.run(
          () ->
              // Also one that throws at once: whoever asks later waits for this answer.
              Uni.createFrom()
                  .deferred(checks::get)
                  .ifNoItem()
                  .after(PATIENCE)
                  .fail()
                  .subscribe()
                  .with(health -> asked.complete(!health.isDown()), e -> asked.complete(false)));
      return asked.future();
    }
  }
}
