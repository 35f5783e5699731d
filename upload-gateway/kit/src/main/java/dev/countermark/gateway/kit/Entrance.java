package dev.countermark.gateway.kit;

import dev.countermark.gateway.content.IncomingBody;
import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.transfer.Bodies;
import dev.countermark.gateway.transfer.CurrentRequest;
import dev.countermark.gateway.transfer.Transfers;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What clients begin with, a ping and a token, is answered by threads of its own, whatever those of
 * requests are waiting for. Resources that use it are called by the event loop.
 */
@ApplicationScoped
public class Entrance {
  private final RequestMemory accounts;
  private final GatewayResources resources;
  private final Bodies bodies;

  Entrance(
      RequestMemory accounts, GatewayResources resources, Transfers transfers, SpoolFolder spool) {
    this.accounts = accounts;
    this.resources = resources;
    this.bodies = new Bodies(transfers, spool, resources.bodies(), this::current);
  }

  private CurrentRequest current() {
    return accounts.current(resources.entrance());
  }

  /**
   * Answers the request that this thread began to answer.
   *
   * @param answer may block
   * @return failed with what it throws
   */
  public <T> CompletionStage<T> later(Supplier<T> answer) {
    CompletableFuture<T> later = new CompletableFuture<>();
    current()
        .continuing()
        .execute(
            () -> {
              try {
                later.complete(answer.get());
              } catch (RuntimeException e) {
                later.completeExceptionally(e);
              }
            });
    return later;
  }

  /** The body of the request that this thread began to answer; it goes on here, too. */
  public IncomingBody incoming() {
    return bodies.incoming();
  }
}
