package dev.countermark.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Ports of this machine. */
final class Ports {
  private static final int PATIENCE_MILLIS = 500;

  private Ports() {}

  /** Different ports on the loopback interface that nobody listens on. */
  static Iterator<Integer> free(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    try {
      List<Integer> ports = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        held.add(socket);
        ports.add(socket.getLocalPort());
      }
      return ports.iterator();
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }

  static boolean listens(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * @throws UserError when somebody listens on the port already, or it may not be bound
   */
  static void requireFree(String host, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
    } catch (IOException e) {
      throw new UserError(
          "port "
              + port
              + " on "
              + host
              + " is taken or not allowed ("
              + e.getMessage()
              + "): stop what uses it or choose another with --port");
    }
  }
}
