package dev.countermark.conformance.hostile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Many connections on each of which hardly anything happens; one thread looks after them all. */
final class SlowPeers implements AutoCloseable {
  private static final int RECEIVE_BUFFER = 4 << 10;
  private static final int TICK_MILLIS = 500;

  private final List<Peer> peers = new ArrayList<>();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private volatile boolean hurry;

  private SlowPeers() {}

  /** One connection. */
  private static final class Peer {
    private final SocketChannel channel;
    private final ByteBuffer toSend;
    private final StringBuilder answer = new StringBuilder();
    private boolean over;

    Peer(SocketChannel channel, byte[] toSend) {
      this.channel = channel;
      this.toSend = ByteBuffer.wrap(toSend);
    }

    /** Sends a byte, or all, and takes a byte, or what is there. */
    void tick(boolean hurry) {
      try {
        if (toSend.hasRemaining()) {
          int all = toSend.limit();
          toSend.limit(hurry ? all : toSend.position() + 1);
          channel.write(toSend);
          toSend.limit(all);
        }
        ByteBuffer into = ByteBuffer.allocate(hurry ? 4 << 10 : 1);
        if (channel.read(into) < 0) {
          over = true;
        }
        answer.append(new String(into.array(), 0, into.position(), StandardCharsets.US_ASCII));
      } catch (IOException e) {
        over = true;
      }
    }
  }

  /**
   * Clients that ask, and then take a byte of the answer from time to time.
   *
   * @param request with its empty line
   */
  static SlowPeers readers(URI server, int number, String request) {
    return new SlowPeers().connect(server, number, request, new byte[0]);
  }

  /**
   * Clients that send a byte of the body from time to time.
   *
   * @param head of the request, with its empty line
   */
  static SlowPeers writers(URI server, int number, String head, byte[] body) {
    return new SlowPeers().connect(server, number, head, body);
  }

  private SlowPeers connect(URI server, int number, String head, byte[] body) {
    InetSocketAddress address = new InetSocketAddress(server.getHost(), server.getPort());
    try {
      for (int i = 0; i < number; i++) {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
        channel.connect(address);
        channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
        channel.configureBlocking(false);
        peers.add(new Peer(channel, body));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var unused =
        clock.scheduleWithFixedDelay(
            () -> peers.forEach(peer -> peer.tick(hurry)),
            TICK_MILLIS,
            TICK_MILLIS,
            TimeUnit.MILLISECONDS);
    return this;
  }

  /** How many have a byte of their answer, or of the end of their connection. */
  synchronized long answered() {
    return peers.stream().filter(p -> p.answer.length() > 0 || p.over).count();
  }

  /** How many were cut off. */
  long over() {
    return peers.stream().filter(p -> p.over).count();
  }

  /** From now on they are as fast as others. */
  void hurry() {
    hurry = true;
  }

  /** How many have an answer that begins so. */
  long answeredWith(String begin) {
    return peers.stream().filter(p -> p.answer.toString().startsWith(begin)).count();
  }

  @Override
  public void close() throws IOException {
    clock.shutdownNow();
    for (Peer peer : peers) {
      peer.channel.close();
    }
  }
}
