package dev.countermark.gateway.kit;

import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.gateway.auth.TooManyRequestsException;
import dev.countermark.gateway.content.BusyException;
import dev.countermark.gateway.content.FileBody;
import dev.countermark.gateway.content.IncomingBody;
import dev.countermark.gateway.content.NoRoomException;
import dev.countermark.gateway.content.Spool;
import dev.countermark.gateway.content.TooSlowException;
import dev.countermark.gateway.content.UnsatisfiableRangeException;
import dev.countermark.gateway.integrity.DamagedException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;

/**
 * Where a format's requests come in: whatever goes wrong while one is answered is told to the
 * client in its dialect, by one ladder of causes for all formats.
 */
public final class Edge {
  private static final Logger LOG = Logger.getLogger(Edge.class);

  private final Dialect dialect;

  public Edge(Dialect dialect) {
    this.dialect = dialect;
  }

  /** Answers one request. */
  @FunctionalInterface
  public interface Handler {
    Response answer() throws IOException;
  }

  /** Answers one request later, without a thread meanwhile. */
  @FunctionalInterface
  public interface LaterHandler {
    CompletionStage<Response> answer() throws IOException;
  }

  /** Takes a pushed file. */
  @FunctionalInterface
  public interface Receiving<T> {
    T take() throws IOException;
  }

  /**
   * Besides the client's body, receiving a file reads and writes nothing but the local disk: what
   * fails there is not the client's fault.
   */
  public static <T> T receiving(Receiving<T> push) throws IOException {
    try {
      return push.take();
    } catch (IncomingBody.BrokenOffException | NoRoomException | Spool.TooLargeException e) {
      throw e;
    } catch (IOException e) {
      throw new NoRoomException("cannot receive a package: is countermark.gateway.spool full?", e);
    }
  }

  public Response answer(Call call, Handler handler) {
    Optional<Failed> flaw = flaw(call);
    if (flaw.isPresent()) {
      return dialect.answer(flaw.get(), call);
    }
    try {
      return sent(call, handler.answer());
    } catch (IOException | RuntimeException e) {
      return failed(call, e);
    }
  }

  public CompletionStage<Response> answerLater(Call call, LaterHandler handler) {
    Optional<Failed> flaw = flaw(call);
    if (flaw.isPresent()) {
      return CompletableFuture.completedFuture(dialect.answer(flaw.get(), call));
    }
    try {
      return handler
          .answer()
          .handle(
              (response, failure) ->
                  failure == null ? sent(call, response) : failed(call, cause(failure)));
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.completedFuture(failed(call, e));
    }
  }

  private Optional<Failed> flaw(Call call) {
    return RequestAddress.flaw(call.http().uri()).map(f -> dialect.failed(Trouble.ADDRESS, f));
  }

  /** What goes wrong when the body is sent at last is told in the same words. */
  private Response sent(Call call, Response response) {
    if (response.getEntity() instanceof AnswerBytes bytes) {
      bytes.refusedWith(failure -> failed(call, failure));
    }
    return response.getEntity() instanceof FileBody file
        ? Response.fromResponse(response)
            .entity(file.refusedWith(failure -> failed(call, failure)))
            .build()
        : response;
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private Response failed(Call call, Throwable failure) {
    if (failure instanceof Failed failed) {
      return dialect.answer(failed, call);
    }
    if (failure instanceof DeniedException denied) {
      return dialect.answer(dialect.denied(denied), call);
    }
    Trouble trouble = trouble(failure);
    switch (trouble) {
      case DAMAGED -> LOG.warnf("%s: damaged: %s", call.path(), damaged(failure));
      case UNFORESEEN -> LOG.errorf(failure, "unforeseen failure in a request for %s", call.path());
      case NO_ROOM -> LOG.errorf(failure, "%s: %s", call.path(), failure.getMessage());
      case UNAVAILABLE -> LOG.warnf("%s: %s", call.path(), failure.getMessage());
      default -> LOG.debugf("%s: %s", call.path(), failure.getMessage());
    }
    Failed told = dialect.failed(trouble, detail(trouble, failure));
    long retryAfter =
        failure instanceof TooManyRequestsException many ? many.retryAfter() : trouble.retryAfter();
    if (retryAfter > 0) {
      told.with(HttpHeaders.RETRY_AFTER, Long.toString(retryAfter));
    }
    if (failure instanceof UnsatisfiableRangeException range) {
      told.with("Content-Range", range.contentRange());
    }
    return dialect.answer(told, call);
  }

  private static Trouble trouble(Throwable failure) {
    if (failure instanceof BusyException) {
      return Trouble.BUSY;
    }
    if (failure instanceof TooManyRequestsException) {
      return Trouble.TOO_MANY;
    }
    if (failure instanceof Failure.Transient) {
      return Trouble.UNAVAILABLE;
    }
    if (failure instanceof NoRoomException) {
      return Trouble.NO_ROOM;
    }
    if (failure instanceof IncomingBody.BrokenOffException) {
      return Trouble.CUT_OFF;
    }
    if (failure instanceof TooSlowException) {
      return Trouble.TOO_SLOW;
    }
    if (failure instanceof IncomingBody.TooLargeException
        || failure instanceof Spool.TooLargeException) {
      return Trouble.TOO_LARGE;
    }
    if (failure instanceof DamagedException || failure instanceof Json.MalformedJsonException) {
      return Trouble.DAMAGED;
    }
    return failure instanceof UnsatisfiableRangeException ? Trouble.RANGE : Trouble.UNFORESEEN;
  }

  /** Whatever else is read as JSON here is a record: what clients send has readers of its own. */
  private static String damaged(Throwable failure) {
    return failure instanceof DamagedException damaged ? damaged.key() : failure.getMessage();
  }

  /** What comes from inside stays there; the rest is the client's own doing. */
  private static String detail(Trouble trouble, Throwable failure) {
    return switch (trouble) {
      case UNAVAILABLE, NO_ROOM, UNFORESEEN, CUT_OFF -> "";
      case DAMAGED -> DamagedException.MESSAGE;
      default -> failure.getMessage();
    };
  }
}
