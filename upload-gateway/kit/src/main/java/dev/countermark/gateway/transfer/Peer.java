package dev.countermark.gateway.transfer;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Whom what a client takes is counted for.
 *
 * @param address of the network
 * @param place what is asked for, at most one repository: many teams come by one address where
 *     there is a proxy, and take turns
 */
public record Peer(String address, String place) {
  /** Bytes of the network in an address; whoever has one IPv6 address has 2^64 of them. */
  private static final int NETWORK = 8;

  /** {@code /v2/owner/name}, or the format behind owner and name. */
  private static final int SEGMENTS = 3;

  /** Who makes a request. */
  public static Peer of(HttpServerRequest request) {
    return new Peer(address(request.remoteAddress()), place(request.path()));
  }

  static String place(String path) {
    int end = 0;
    for (int i = 0; i < SEGMENTS && end >= 0; i++) {
      end = path.indexOf('/', end + 1);
    }
    return end < 0 ? path : path.substring(0, end);
  }

  /** An IPv4 address, or the network of an IPv6 address. */
  public static String address(InetAddress address) {
    return address instanceof Inet6Address
        ? HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), NETWORK)) + "/64"
        : address.getHostAddress();
  }

  /** The same of a request; a proxy that is believed may name a client by something else. */
  private static String address(SocketAddress remote) {
    String literal = remote.hostAddress();
    if (literal == null) {
      return String.valueOf(remote.hostName());
    }
    try {
      return address(InetAddress.getByName(literal)); // a literal is not looked up
    } catch (UnknownHostException e) {
      return literal;
    }
  }
}
