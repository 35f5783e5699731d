package dev.countermark.gateway.content;

import io.vertx.core.buffer.Buffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A body that has arrived. */
public final class BytesBody implements IncomingBody {
  private final byte[] content;
  private final long announced;
  private int at;

  private BytesBody(byte[] content, long announced) {
    this.content = content;
    this.announced = announced;
  }

  public static IncomingBody of(byte[] content) {
    return new BytesBody(content, content.length);
  }

  /** One that comes in chunks. */
  public static IncomingBody chunked(byte[] content) {
    return new BytesBody(content, -1);
  }

  @Override
  public long announced() {
    return announced;
  }

  @Override
  public CompletionStage<ReceivedPiece> next(long most) {
    int length = (int) Math.min(most, content.length - at);
    ReceivedPiece piece = new ReceivedPiece(most, length, new MemoryBudget(64 << 20));
    if (!piece.add(Buffer.buffer(content).slice(at, at + length), length)) {
      throw new IllegalStateException("larger than a test may have in memory");
    }
    at += length;
    piece.last(at == content.length);
    return CompletableFuture.completedFuture(piece);
  }
}
