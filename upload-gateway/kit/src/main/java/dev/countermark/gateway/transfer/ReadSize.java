package dev.countermark.gateway.transfer;

import io.netty.channel.Channel;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * How much of a connection is read at a time. What was read before its receiver said that he has
 * enough is collected by the server, outside every budget; left alone that is some 64 KiB for each
 * connection, which thousands of clients that hurry at the same moment make all the heap there is.
 */
public final class ReadSize extends DefaultMaxMessagesRecvByteBufAllocator {
  /** While nobody wants a body: the server goes on for some reads until it notices. */
  private static final int HELD = 1 << 10;

  /** While what comes may be held by everybody. */
  private static final int SMALL = 8 << 10;

  /** While memory for it is drawn; which is what bounds how many read so much. */
  private static final int LARGE = 64 << 10;

  private volatile int bytes = HELD;

  private ReadSize() {}

  /** Bounds what is read of a connection that nothing was read of yet. */
  public static void bound(Channel channel) {
    channel.config().setRecvByteBufAllocator(new ReadSize());
  }

  /**
   * The one for the body of a request.
   *
   * @return one without effect where others depend on it, too, and for the connections that were
   *     accepted before any was bounded
   */
  public static ReadSize of(HttpServerRequest request) {
    if (request.connection() instanceof ConnectionBase connection
        && connection.channel().config().getRecvByteBufAllocator() instanceof ReadSize size) {
      if (request.version() != HttpVersion.HTTP_2) {
        return size;
      }
      // The windows of the protocol bound what comes; and one request must not slow down others.
      size.open(true);
    }
    return new ReadSize();
  }

  /** Nobody wants more for now. */
  void hold() {
    bytes = HELD;
  }

  /**
   * More is wanted.
   *
   * @param drawn whether memory is drawn for what comes
   */
  public void open(boolean drawn) {
    bytes = drawn ? LARGE : SMALL;
  }

  /** Bytes that the next read brings at most. */
  int bytes() {
    return bytes;
  }

  @Override
  public RecvByteBufAllocator.Handle newHandle() {
    return new MaxMessageHandle() {
      @Override
      public int guess() {
        return bytes;
      }
    };
  }
}
