package dev.countermark.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** What stands before the replicas of a service: its connections go to one after the other. */
final class Balancer implements AutoCloseable {
  private static final int BACKLOG = 200;

  private final ServerSocket listening;
  private final List<Integer> replicas = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger turn = new AtomicInteger();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "balancer");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param port that clients know
   */
  Balancer(int port) {
    try {
      listening = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::accept);
  }

  /** From now on this one gets its share. */
  void add(int port) {
    replicas.add(port);
  }

  /** From now on this one gets no new connections. */
  void remove(int port) {
    replicas.remove(Integer.valueOf(port));
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        threads.execute(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket replica = connect()) {
      open.add(client);
      open.add(replica);
      threads.execute(() -> copy(replica, client));
      copy(client, replica);
    } catch (IOException e) {
      // The client sees the end of his connection, and tries again.
    } finally {
      open.remove(client);
    }
  }

  private Socket connect() throws IOException {
    List<Integer> now = List.copyOf(replicas);
    if (now.isEmpty()) {
      throw new IOException("no replica");
    }
    int port = now.get(Math.floorMod(turn.getAndIncrement(), now.size()));
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  /** Until one of them ends; then both do. */
  private void copy(Socket from, Socket to) {
    try (from;
        to;
        InputStream in = from.getInputStream()) {
      in.transferTo(to.getOutputStream());
    } catch (IOException e) {
      // As above.
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : open) {
      socket.close();
    }
    threads.shutdownNow();
  }
}
