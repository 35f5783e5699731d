package dev.countermark.gateway.content;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The body of a request, received without a thread that waits for the client. Nothing of it is
 * asked for before somebody wants it.
 */
public interface IncomingBody {
  /** The client went away, or what it sends ends too early. */
  final class BrokenOffException extends IOException {
    public BrokenOffException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** More bytes than are taken. */
  final class TooLargeException extends RuntimeException {
    private TooLargeException(long limit) {
      super("at most " + limit + " bytes are accepted", null, false, false);
    }
  }

  /** Bytes that the request says it has; -1 when it does not say. */
  long announced();

  /**
   * Receives the next bytes. Whoever gets a piece closes it, and asks for the next one after that.
   *
   * @param most bytes of the piece; fewer come only at the end
   * @return completed on a thread that may block; failed with {@link BrokenOffException}, {@link
   *     TooSlowException}, {@link NoRoomException}, or {@code BusyException} when there are too
   *     many transfers
   */
  CompletionStage<ReceivedPiece> next(long most);

  /** Reads a piece of a body; what it throws is told to the client. */
  @FunctionalInterface
  interface Use<T> {
    T of(ReceivedPiece piece) throws IOException;
  }

  /**
   * Receives all of a body that has a limit.
   *
   * @param limit most bytes
   * @param use called on a thread that may block; the piece is gone afterwards
   * @return failed with {@link TooLargeException} when there is more, and as {@link #next} is
   */
  default <T> CompletionStage<T> whole(long limit, Use<T> use) {
    return whole(limit, () -> new TooLargeException(limit), use);
  }

  /**
   * @param tooLarge what a body of more bytes fails with
   */
  default <T> CompletionStage<T> whole(
      long limit, Supplier<? extends RuntimeException> tooLarge, Use<T> use) {
    if (announced() > limit) {
      return CompletableFuture.failedFuture(tooLarge.get());
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    // Not by thenApply: a server that gives up a request would keep the piece from being closed.
    next(limit)
        .whenComplete(
            (all, failed) -> {
              if (failed != null) {
                result.completeExceptionally(failed);
                return;
              }
              T value;
              try (all) {
                if (!all.isLast()) {
                  throw tooLarge.get();
                }
                value = use.of(all);
              } catch (IOException | RuntimeException e) {
                result.completeExceptionally(e);
                return;
              }
              result.complete(value);
            });
    return result;
  }
}
