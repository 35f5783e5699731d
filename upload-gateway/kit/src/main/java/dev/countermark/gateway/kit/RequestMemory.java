package dev.countermark.gateway.kit;

import dev.countermark.gateway.content.BusyException;
import dev.countermark.gateway.content.MemoryBudget;
import dev.countermark.gateway.transfer.CurrentRequest;
import io.quarkus.arc.Arc;
import io.quarkus.arc.InjectableContext;
import io.quarkus.arc.ManagedContext;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.container.ContainerResponseContext;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * What a request holds of large records. It is drawn from the budget before a record is read, or
 * made of what a client brings, and given back when the answer is handed to the network.
 */
@ApplicationScoped
public class RequestMemory {
  private static final String KEY = RequestMemory.class.getName();

  /** A record as text, taken apart, and what is made of it. */
  private static final int COPIES = 8;

  private final MemoryBudget budget;

  RequestMemory(GatewayResources resources) {
    this.budget = resources.bodies();
  }

  /** Opens the account of a request. */
  public void open(RoutingContext context) {
    MemoryBudget.Held held = budget.none();
    context.put(KEY, held);
    context.addEndHandler(answered -> held.close());
  }

  /**
   * Draws for a record that is made of what a request brings.
   *
   * @param bytes of the record
   * @throws BusyException when there is no memory for it
   */
  public void draw(long bytes) {
    account().ifPresent(held -> held.grow(COPIES * bytes));
  }

  /**
   * Draws for a record that the store is about to hand out, in place of the one before.
   *
   * @param bytes of the record
   * @throws BusyException when there is no memory for it
   */
  public void drawForRecord(long bytes) {
    account().ifPresent(held -> held.growForRecord(COPIES * bytes));
  }

  /**
   * Nothing is held while the request waits for something else than memory.
   *
   * @param executor may block
   * @return where the request goes on, as with {@link #current}
   */
  public Executor rest(Executor executor) {
    account().ifPresent(held -> held.shrinkTo(0));
    return current(executor).continuing();
  }

  private Optional<MemoryBudget.Held> account() {
    return Optional.ofNullable(budget.inScope())
        .or(() -> currentRequest().map(context -> context.get(KEY)));
  }

  private static Optional<RoutingContext> currentRequest() {
    return Arc.container().requestContext().isActive()
        ? Optional.ofNullable(
            Arc.container().instance(CurrentVertxRequest.class).get().getCurrent())
        : Optional.empty();
  }

  /**
   * The request that this thread began to answer. What goes on with it on other threads draws on
   * the same account, and sees the same headers.
   *
   * @param executor may block
   * @throws IllegalStateException when it answers none
   */
  public CurrentRequest current(Executor executor) {
    RoutingContext context =
        currentRequest()
            .orElseThrow(() -> new IllegalStateException("this thread answers no request"));
    MemoryBudget.Held held = context.get(KEY);
    ManagedContext scope = Arc.container().requestContext();
    InjectableContext.ContextState state = scope.getState();
    return new CurrentRequest(
        context.request(),
        task ->
            executor.execute(
                () -> {
                  scope.activate(state);
                  try {
                    budget.scoped(held, task);
                  } finally {
                    scope.deactivate();
                  }
                }),
        over -> context.addEndHandler(end -> over.run()));
  }

  /** From here on only the answer is held. */
  @ServerResponseFilter
  public void answered(ContainerResponseContext answer, RoutingContext context) {
    MemoryBudget.Held held = context.get(KEY);
    if (held != null) {
      held.shrinkTo(answer.getEntity() instanceof AnswerBytes bytes ? bytes.length() : 0);
    }
  }
}
