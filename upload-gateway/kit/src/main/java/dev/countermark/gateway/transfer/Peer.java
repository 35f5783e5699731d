package dev.countermark.gateway.transfer;

import io.vertx.core.net.SocketAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;

/** Whom what a client takes is counted for. */
public final class Peer {
  /** Bytes of the network in an address; whoever has one IPv6 address has 2^64 of them. */
  private static final int NETWORK = 8;

  private Peer() {}

  /** An IPv4 address, or the network of an IPv6 address. */
  public static String of(InetAddress address) {
    return address instanceof Inet6Address
        ? HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), NETWORK)) + "/64"
        : address.getHostAddress();
  }

  /** The same of a request; a proxy that is believed may name a client by something else. */
  static String of(SocketAddress remote) {
    String literal = remote.hostAddress();
    if (literal == null) {
      return String.valueOf(remote.hostName());
    }
    try {
      return of(InetAddress.getByName(literal)); // a literal is not looked up
    } catch (UnknownHostException e) {
      return literal;
    }
  }
}
