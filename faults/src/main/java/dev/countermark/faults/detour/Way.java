package dev.countermark.faults.detour;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** The way to one part: a port that passes bytes to another one and back. */
final class Way implements AutoCloseable {
  private static final int MOST_LINKS = 1_000;
  private static final int PIECE = 16 << 10;
  private static final int CONNECT_MILLIS = 5_000;

  /** What a slow way takes for each piece, at most {@link #SLOW_PIECE} bytes. */
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

  private static final int SLOW_PIECE = 4 << 10;
  private static final int LINGER_MILLIS = 500;
  private static final long STACK = 128 << 10;

  private static final byte[] ANSWER =
      ("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
              + "Content-Length: 0\r\n\r\n")
          .getBytes(StandardCharsets.US_ASCII);

  private final String part;
  private final int port;
  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Object change = new Object();
  private volatile Condition condition = Condition.OPEN;
  private volatile boolean closed;

  /**
   * @param port of the part
   */
  Way(String part, int port) throws IOException {
    this.part = part;
    this.port = port;
    this.server = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    start("accept", this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Changes how it is, for connections that there are and for new ones. */
  void become(Condition next) {
    synchronized (change) {
      condition = next;
      change.notifyAll();
    }
    if (next == Condition.CUT || next == Condition.UNAVAILABLE) {
      sockets.forEach(Way::reset);
    }
  }

  private void start(String what, Runnable work) {
    Thread thread = new Thread(null, work, "way-" + part + "-" + what, STACK);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!closed) {
      try {
        Socket client = server.accept();
        if (condition == Condition.CUT || sockets.size() > MOST_LINKS) {
          reset(client);
        } else if (condition == Condition.UNAVAILABLE) {
          start("refuse", () -> refuse(client));
        } else {
          start("link", () -> link(client));
        }
      } catch (IOException e) {
        LockSupport.parkNanos(1_000_000); // closed, or out of descriptors for a moment
      }
    }
  }

  private void refuse(Socket client) {
    try (client) {
      client.setSoTimeout(LINGER_MILLIS);
      InputStream in = client.getInputStream();
      byte[] ignored = new byte[PIECE];
      if (in.read(ignored) > 0) {
        client.getOutputStream().write(ANSWER);
        client.shutdownOutput();
        // A connection that is closed over unread bytes takes its answer along.
        while (in.read(ignored) >= 0 && condition == Condition.UNAVAILABLE) {
          LockSupport.parkNanos(1);
        }
      }
    } catch (IOException e) {
      // whoever does not wait for the answer has none
    }
  }

  private void link(Socket client) {
    Socket upstream = new Socket();
    sockets.add(client);
    sockets.add(upstream);
    try {
      upstream.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
      client.setTcpNoDelay(true);
      upstream.setTcpNoDelay(true);
      if (condition == Condition.CUT || condition == Condition.UNAVAILABLE) {
        throw new IOException("broken while it was made");
      }
      AtomicBoolean half = new AtomicBoolean();
      start("back", () -> pump(upstream, client, half));
      pump(client, upstream, half);
    } catch (IOException e) {
      end(client, upstream);
    }
  }

  /**
   * @param half whether the other direction has ended
   */
  private void pump(Socket from, Socket to, AtomicBoolean half) {
    byte[] piece = new byte[PIECE];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      while (true) {
        int count = in.read(piece, 0, condition == Condition.SLOW ? SLOW_PIECE : PIECE);
        awaitPassage();
        if (count < 0) {
          to.shutdownOutput();
          break;
        }
        out.write(piece, 0, count);
      }
      if (half.getAndSet(true)) {
        from.close();
        to.close();
        sockets.remove(from);
        sockets.remove(to);
      }
    } catch (IOException e) {
      end(from, to);
    }
  }

  private void awaitPassage() throws IOException {
    if (condition == Condition.SLOW) {
      LockSupport.parkNanos(SLOW_NANOS);
    }
    try {
      synchronized (change) {
        while (condition == Condition.STALLED && !closed) {
          change.wait();
        }
      }
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
  }

  private void end(Socket from, Socket to) {
    reset(from);
    reset(to);
    sockets.remove(from);
    sockets.remove(to);
  }

  /** Ends it at once, whoever reads it. */
  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      // it is closed already
    }
    try {
      socket.close();
    } catch (IOException e) {
      // nothing more can be done
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    server.close();
    become(Condition.CUT);
  }
}
