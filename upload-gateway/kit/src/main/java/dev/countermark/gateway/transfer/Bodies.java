package dev.countermark.gateway.transfer;

import dev.countermark.gateway.content.IncomingBody;
import dev.countermark.gateway.content.MemoryBudget;
import dev.countermark.gateway.content.SpoolFolder;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Receives the bodies of requests. */
public final class Bodies {
  private final Transfers transfers;
  private final SpoolFolder spool;
  private final MemoryBudget memory;
  private final Supplier<CurrentRequest> requests;

  /**
   * @param spool for what has no room in memory, or comes slowly
   * @param requests the one that the calling thread began to answer
   */
  public Bodies(
      Transfers transfers,
      SpoolFolder spool,
      MemoryBudget memory,
      Supplier<CurrentRequest> requests) {
    this.transfers = transfers;
    this.spool = spool;
    this.memory = memory;
    this.requests = requests;
  }

  /** The body of the request that this thread began to answer. */
  public IncomingBody incoming() {
    return new ReceivedBody(requests.get(), this);
  }

  /**
   * The whole body of the request that this thread began to answer.
   *
   * @param limit most bytes
   * @return failed as {@link IncomingBody#whole} is
   */
  public CompletionStage<byte[]> small(int limit) {
    return incoming().whole(limit, piece -> piece.open().readAllBytes());
  }

  Transfers transfers() {
    return transfers;
  }

  SpoolFolder spool() {
    return spool;
  }

  MemoryBudget memory() {
    return memory;
  }
}
