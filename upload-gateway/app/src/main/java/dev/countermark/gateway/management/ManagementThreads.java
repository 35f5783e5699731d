package dev.countermark.gateway.management;

import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.WorkerExecutorInternal;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Threads for what is asked of the gateway's management. The framework would have health checked,
 * and metrics written, by the threads of requests: when a store that does not answer has all of
 * them, whoever wants to know why would have to wait as well.
 */
@ApplicationScoped
class ManagementThreads {
  private static final int THREADS = 2;

  private final VertxInternal vertx;
  private final WorkerExecutorInternal threads;

  ManagementThreads(Vertx vertx) {
    this.vertx = (VertxInternal) vertx;
    this.threads = this.vertx.createSharedWorkerExecutor("management", THREADS);
  }

  void register(@Observes ManagementInterface management) {
    management.router().route().order(Integer.MIN_VALUE).handler(this::pass);
  }

  /** Whatever of a request blocks is done by the threads of the context that it is in. */
  private void pass(RoutingContext request) {
    run(request::next);
  }

  /**
   * Runs a task at once, on the event loop that calls; what it has done by a thread that may block
   * is done by one of ours.
   */
  void run(Runnable task) {
    ContextInternal caller = vertx.getOrCreateContext();
    vertx
        .createEventLoopContext(caller.nettyEventLoop(), threads.getPool(), caller.classLoader())
        .duplicate()
        .dispatch(task);
  }

  @PreDestroy
  void close() {
    var unused = threads.close();
  }
}
