package dev.countermark.testkit.http;

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
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Many connections on each of which little happens; one thread looks after them all. Each sends, or
 * takes, some bytes twice a second.
 */
public final class SlowPeers implements AutoCloseable {
  private static final int RECEIVE_BUFFER = 4 << 10;
  private static final int TICK_MILLIS = 500;

  /** Not all at once, as they have nothing to do with each other. */
  private static final int SLICES = 50;

  private static final String LOOPBACK = "127.0.0.1";

  /** Of an answer: enough for its first line. */
  private static final int MOST_KEPT = 200;

  /** Up to the status. */
  private static final int STATUS_LINE = "HTTP/1.1 200".length();

  private final List<Peer> peers = new ArrayList<>();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private volatile boolean hurry;

  private final int step;

  /** Of the clock's thread. */
  private int slice;

  private SlowPeers(int step) {
    this.step = step;
  }

  /** One connection. */
  private static final class Peer {
    private final SocketChannel channel;
    private final ByteBuffer toSend;

    /** Read by others. */
    private final StringBuffer answer = new StringBuffer();

    private volatile boolean over;

    Peer(SocketChannel channel, byte[] toSend) {
      this.channel = channel;
      this.toSend = ByteBuffer.wrap(toSend);
    }

    /** A server that takes no more ends what it has accepted. */
    void begin(String head) {
      try {
        channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
      } catch (IOException e) {
        over = true;
      }
    }

    /** Sends some bytes, or all, and takes some, or what is there. */
    void tick(boolean hurry, int step) {
      try {
        if (toSend.hasRemaining()) {
          int all = toSend.limit();
          toSend.limit(hurry ? all : Math.min(all, toSend.position() + step));
          channel.write(toSend);
          toSend.limit(all);
        }
        ByteBuffer into = ByteBuffer.allocate(hurry ? 64 << 10 : step);
        if (channel.read(into) < 0) {
          over = true;
        }
        int kept = Math.min(into.position(), MOST_KEPT - answer.length());
        answer.append(new String(into.array(), 0, kept, StandardCharsets.US_ASCII));
      } catch (IOException e) {
        over = true;
      }
    }
  }

  /**
   * Clients that ask, and then take the answer slowly.
   *
   * @param step bytes that each takes at a time
   * @param request with its empty line
   */
  public static SlowPeers readers(URI server, int number, int step, String request) {
    return readers(LOOPBACK, server, number, step, request);
  }

  /**
   * @param from an address of this machine
   */
  public static SlowPeers readers(String from, URI server, int number, int step, String request) {
    return new SlowPeers(step).connect(from, server, number, request, new byte[0]);
  }

  /**
   * Clients that send a body slowly.
   *
   * @param step bytes that each sends at a time
   * @param head of the request, with its empty line
   */
  public static SlowPeers writers(URI server, int number, int step, String head, byte[] body) {
    return writers(LOOPBACK, server, number, step, head, body);
  }

  /**
   * @param from an address of this machine
   */
  public static SlowPeers writers(
      String from, URI server, int number, int step, String head, byte[] body) {
    return new SlowPeers(step).connect(from, server, number, head, body);
  }

  private SlowPeers connect(String from, URI server, int number, String head, byte[] body) {
    InetSocketAddress address = new InetSocketAddress(server.getHost(), server.getPort());
    try {
      for (int i = 0; i < number; i++) {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
        channel.bind(new InetSocketAddress(from, 0));
        channel.connect(address);
        Peer peer = new Peer(channel, body);
        peers.add(peer);
        peer.begin(head);
        channel.configureBlocking(false);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var unused =
        clock.scheduleAtFixedRate(
            this::tickSlice, TICK_MILLIS, TICK_MILLIS / SLICES, TimeUnit.MILLISECONDS);
    return this;
  }

  private void tickSlice() {
    for (int i = slice; i < peers.size(); i += SLICES) {
      peers.get(i).tick(hurry, step);
    }
    slice = (slice + 1) % SLICES;
  }

  /** How many have a byte of their answer, or of the end of their connection. */
  public long answered() {
    return peers.stream().filter(p -> p.answer.length() > 0 || p.over).count();
  }

  /** How many were cut off. */
  public long over() {
    return peers.stream().filter(p -> p.over).count();
  }

  /** From now on they are as fast as others. */
  public void hurry() {
    hurry = true;
  }

  /** How many have which answer, by its first words; those without one by none. */
  public Map<String, Long> answers() {
    return peers.stream()
        .map(peer -> peer.answer.toString())
        .map(answer -> answer.substring(0, Math.min(STATUS_LINE, answer.length())))
        .collect(Collectors.groupingBy(status -> status, TreeMap::new, Collectors.counting()));
  }

  /** How many have an answer that begins so. */
  public long answeredWith(String begin) {
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
