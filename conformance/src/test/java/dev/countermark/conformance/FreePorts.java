package dev.countermark.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports that nobody listens on. */
public final class FreePorts {
  /** From the plain port of a platform to that with TLS. */
  private static final int HTTPS_DISTANCE = 363;

  private FreePorts() {}

  /**
   * A port that is free, as is the one that the launcher takes for TLS. Not one that the system
   * gives to clients: whoever calls such a port in a loop while nobody listens there is connected
   * to himself one day, and the port is taken.
   */
  public static int forPlatform() {
    for (int attempt = 0; attempt < 100; attempt++) {
      int port = 20_000 + ThreadLocalRandom.current().nextInt(12_000);
      if (isFree(port) && isFree(port + HTTPS_DISTANCE)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port between 20000 and 32000");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
