package dev.countermark.standalone;

import java.io.IOException;
import java.util.List;

/**
 * How many of each service there are, and by which addresses the parts find each other.
 *
 * @param gateways processes; the first has the ports that it is told, the others find some
 * @param signers processes, each of which signs all formats
 * @param detour around which others reach a part
 * @param javaOptions of every part
 */
public record Arrangement(int gateways, int signers, Detour detour, List<String> javaOptions) {
  /** One of each, who reach each other directly. */
  static final Arrangement PLAIN = new Arrangement(1, 1, (part, port) -> port, List.of());

  public Arrangement {
    javaOptions = List.copyOf(javaOptions);
  }

  /** What stands between a part and those that reach it. */
  public interface Detour {
    /**
     * Asked once for the broker, the store and the key service, before any of them starts.
     *
     * @param part {@code broker}, {@code store} or {@code key-service}
     * @param port that it listens on, on the loopback interface
     * @return the port there that all others are told
     */
    int around(String part, int port) throws IOException;
  }

  /** The name of one of several: of a part as it is without them, and its number, from 1 on. */
  static String replica(String part, int number) {
    return number == 1 ? part : part + "-" + number;
  }
}
