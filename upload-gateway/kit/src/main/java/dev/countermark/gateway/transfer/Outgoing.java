package dev.countermark.gateway.transfer;

import dev.countermark.gateway.content.BusyException;
import dev.countermark.gateway.content.FileBody;
import dev.countermark.gateway.content.TooSlowException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Sends a file piece by piece: a worker reads a piece from the store, the network takes it, and
 * only then the next one is read. While the client takes a piece no thread waits, and when it takes
 * long the store is let go, too. Pieces grow with a client that is fast.
 */
final class Outgoing implements Transfer.Owner {
  private static final Logger LOG = Logger.getLogger(Outgoing.class);
  private static final int FIRST = 64 << 10;
  private static final int LARGEST = 256 << 10;
  private static final long FAST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Transfers transfers;
  private Transfer transfer;
  private final HttpServerResponse response;
  private final FileBody body;
  private final Consumer<Throwable> done;
  private long sent;
  private int wanted = FIRST;

  /** What is read from next; whoever looks after slow clients may take it away. */
  private Stream open;

  private boolean over;

  /**
   * An answer of the store.
   *
   * @param stays whether it has all that is left, and may be open while the client takes a piece
   */
  private record Stream(InputStream content, boolean stays) {}

  /**
   * @param done called once: with null when the answer is over, with a failure when nothing of it
   *     was sent
   */
  Outgoing(
      Transfers transfers, HttpServerResponse response, FileBody body, Consumer<Throwable> done) {
    this.transfers = transfers;
    this.response = response;
    this.body = body;
    this.done = done;
  }

  /**
   * Asks for a place among the transfers.
   *
   * @throws BusyException when there is none; then nothing else is called
   */
  void begin(Peer peer, long rate) {
    transfer = transfers.begin(peer, rate, this);
  }

  /** Begins; all headers are known by then. */
  void start() {
    transfers.work(transfer).execute(this::readAndSend);
  }

  private void readAndSend() {
    int length = (int) Math.min(wanted, body.length() - sent);
    // What is reserved for each transfer is always there.
    int shared = Math.max(0, length - Transfers.RESERVED);
    if (shared > 0 && !transfers.tryShare(transfer, shared)) {
      length = Transfers.RESERVED;
      shared = 0;
    }
    try {
      send(Buffer.buffer(read(length)), shared);
    } catch (IOException | RuntimeException e) {
      transfers.giveBack(transfer, shared);
      failed(e);
    }
  }

  private byte[] read(int length) throws IOException {
    long left = body.length() - sent;
    Stream in = take();
    if (in == null) {
      in = open(length, left);
    }
    byte[] piece = new byte[length];
    boolean whole = false;
    try {
      whole = in.content().readNBytes(piece, 0, length) == length;
    } finally {
      keep(in, whole && length < left);
    }
    if (!whole) {
      throw new EOFException("stored content ended early");
    }
    return piece;
  }

  private Stream open(int length, long left) {
    // For whoever is slow it would be closed again, with all that the store had begun to send.
    boolean stays = length < left && wanted > FIRST && transfers.tryStream();
    boolean opened = false;
    try {
      // A store that is asked for more than is read has a thread that waits for us, too.
      InputStream content = body.file().open(body.first() + sent, stays ? left : length);
      opened = true;
      return new Stream(content, stays);
    } finally {
      if (stays && !opened) {
        transfers.streamed();
      }
    }
  }

  private synchronized Stream take() {
    Stream taken = open;
    open = null;
    return taken;
  }

  private void keep(Stream in, boolean more) {
    synchronized (this) {
      if (more && in.stays() && !over) {
        open = in;
        return;
      }
    }
    close(in);
  }

  private void send(Buffer piece, int shared) {
    boolean last = sent + piece.length() == body.length();
    long begun = transfers.nanos();
    transfer.waits();
    var sending = last ? response.end(piece) : response.write(piece);
    sending.onComplete(
        result -> {
          transfer.works();
          transfers.giveBack(transfer, shared);
          if (result.failed()) {
            LOG.debugf("a client hung up: %s", result.cause().getMessage());
            end(null);
            return;
          }
          transfers.sent(transfer, piece.length());
          sent += piece.length();
          if (last) {
            end(null);
          } else {
            adapt(transfers.nanos() - begun);
            transfers.work(transfer).execute(this::readAndSend);
          }
        });
  }

  private void adapt(long nanos) {
    if (nanos < FAST_NANOS) {
      wanted = Math.min(LARGEST, 2 * wanted);
    } else if (nanos > SLOW_NANOS) {
      wanted = Math.max(Transfers.RESERVED, wanted / 2);
    }
  }

  private void failed(Throwable cause) {
    if (!response.headWritten() && !response.closed()) {
      end(cause);
      return;
    }
    if (!response.closed()) {
      LOG.warnf("an answer was broken off: %s", cause.getMessage());
      // The head is gone: the client learns it from the connection alone.
      response.reset();
    }
    end(null);
  }

  private void end(Throwable failure) {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
    }
    linger();
    transfer.close();
    done.accept(failure);
  }

  @Override
  public void linger() {
    Stream left = take();
    if (left != null) {
      transfers.work(transfer).execute(() -> close(left));
    }
  }

  private void close(Stream in) {
    try {
      in.content().close();
    } catch (IOException e) {
      LOG.debugf("a store's answer could not be closed: %s", e.getMessage());
    } finally {
      if (in.stays()) {
        transfers.streamed();
      }
    }
  }

  @Override
  public void cutOff(TooSlowException reason) {
    LOG.debugf("a client is cut off: %s", reason.getMessage());
    // What waits for the network fails by that.
    response.reset();
  }
}
