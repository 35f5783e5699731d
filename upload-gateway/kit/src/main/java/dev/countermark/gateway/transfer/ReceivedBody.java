package dev.countermark.gateway.transfer;

import dev.countermark.gateway.content.IncomingBody;
import dev.countermark.gateway.content.ReceivedPiece;
import dev.countermark.gateway.content.TooSlowException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The body of a request as the server hands it out. What comes is held in memory while there is
 * some and the client is fast, and on the local disk otherwise.
 */
final class ReceivedBody implements IncomingBody, Transfer.Owner {
  private final HttpServerRequest request;
  private final Bodies bodies;
  private final Executor continuing;
  private final CurrentRequest.End end;
  private final long announced;
  private final ReadSize reads;
  private Transfer transfer;
  private ReceivedPiece piece;
  private CompletableFuture<ReceivedPiece> wanted;

  /** Came with what filled the last piece; null for nothing. */
  private Buffer surplus;

  private long received;
  private boolean working;
  private boolean ended;
  private Throwable failure;

  ReceivedBody(CurrentRequest current, Bodies bodies) {
    this.request = current.http();
    this.continuing = current.continuing();
    this.end = current.end();
    this.bodies = bodies;
    this.announced = announced(request);
    this.reads = ReadSize.of(request);
  }

  private static long announced(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length != null) {
      return Long.parseLong(length); // the server refused what is no number
    }
    boolean perhaps =
        request.version() == HttpVersion.HTTP_2
            || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    return perhaps ? -1 : 0;
  }

  @Override
  public long announced() {
    return announced;
  }

  @Override
  public CompletionStage<ReceivedPiece> next(long most) {
    CompletableFuture<ReceivedPiece> next = new CompletableFuture<>();
    boolean first;
    synchronized (this) {
      if (wanted != null) {
        throw new IllegalStateException("two pieces of a body are wanted at a time");
      }
      wanted = next;
      piece = new ReceivedPiece(most, announced < 0 ? -1 : announced - received, bodies.memory());
      first = transfer == null;
      if (first) {
        try {
          transfer = bodies.transfers().begin(Peer.of(request), this);
        } catch (RuntimeException e) {
          failure = e;
        }
      }
    }
    if (first && failure == null) {
      end.then(this::over);
      if (request.response().closed()) {
        // Before anybody listened: nobody else would end the transfer.
        over();
      } else {
        listen();
      }
    }
    goOn();
    return next;
  }

  private void listen() {
    if (announced == 0 || request.isEnded()) {
      ended();
      return;
    }
    request.handler(this::came);
    request.endHandler(end -> ended());
    request.exceptionHandler(
        broken -> failed(new BrokenOffException("the request was cut off", broken)));
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      request.response().writeContinue();
    }
  }

  /** Does what is due: works on what is there, or waits for more. */
  private void goOn() {
    Buffer left;
    boolean more;
    synchronized (this) {
      if (wanted == null || working) {
        return;
      }
      more = failure == null && !piece.isFull();
      left = more ? surplus : null;
      if (left != null) {
        surplus = null;
      } else if (more && !ended) {
        transfer.waits();
        reads.open(piece.isDrawn());
      }
      more &= !ended;
    }
    if (left != null) {
      came(left);
      goOn();
    } else if (more) {
      request.resume();
    } else {
      finish();
    }
  }

  private void came(Buffer bytes) {
    boolean disk;
    synchronized (this) {
      if (failure != null) {
        return; // nobody will ask for it
      }
      if (wanted == null || working) {
        surplus = surplus == null ? bytes : surplus.copy().appendBuffer(bytes);
        return;
      }
      int fits = (int) Math.min(bytes.length(), piece.room());
      bodies.transfers().received(transfer, fits);
      if (fits < bytes.length()) {
        surplus = bytes.slice(fits, bytes.length());
      }
      received += fits;
      ended |= received == announced;
      disk = !piece.add(bytes, fits);
      if (!disk && !piece.isFull() && !ended) {
        reads.open(piece.isDrawn());
        return;
      }
      reads.hold();
      transfer.works();
      working = disk;
    }
    request.pause();
    if (disk) {
      bodies.transfers().work(transfer).execute(this::write);
    } else {
      goOn();
    }
  }

  /** To the disk, which must not keep an event loop waiting. */
  private void write() {
    try {
      piece.write(bodies.spool(), transfer.peer().address());
    } catch (IOException | RuntimeException e) {
      failed(e);
    }
    synchronized (this) {
      working = false;
    }
    goOn();
  }

  private void ended() {
    synchronized (this) {
      if (announced >= 0 && received < announced) {
        failure = new BrokenOffException("the request ended early", null);
      }
      ended = true;
    }
    goOn();
  }

  private void failed(Throwable cause) {
    synchronized (this) {
      failure = failure == null ? cause : failure;
    }
    goOn();
  }

  private void finish() {
    CompletableFuture<ReceivedPiece> done;
    ReceivedPiece result;
    Throwable failed;
    synchronized (this) {
      if (wanted == null || working) {
        return;
      }
      done = wanted;
      result = piece;
      failed = failure;
      wanted = null;
      piece = null;
      if (transfer != null) {
        transfer.works();
      }
      result.last(ended && surplus == null);
    }
    if (failed != null) {
      result.close();
      continuing.execute(() -> done.completeExceptionally(failed));
      return;
    }
    if (result.isLast() && announced > 0) {
      // All is there: the server shall see the end, too.
      request.resume();
    }
    continuing.execute(() -> done.complete(result));
  }

  @Override
  public void linger() {
    synchronized (this) {
      if (wanted == null || working || !piece.isDrawn()) {
        return;
      }
      working = true;
      piece.spill();
      reads.hold();
    }
    request.pause();
    bodies.transfers().work(transfer).execute(this::write);
  }

  @Override
  public void cutOff(TooSlowException reason) {
    failed(reason);
  }

  /** The request is over, whatever came of it. */
  private void over() {
    failed(new BrokenOffException("the request is over", null));
    reads.hold();
    transfer.close();
  }
}
