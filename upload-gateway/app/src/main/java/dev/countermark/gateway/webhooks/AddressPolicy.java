package dev.countermark.gateway.webhooks;

import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which network addresses a webhook may reach. Whoever manages a repository names them, and must
 * not see through the gateway's eyes: so nothing but the internet, and what the operator allows.
 *
 * @see "IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890)"
 */
final class AddressPolicy {
  private static final List<Network> NOT_INTERNET =
      networks(
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/3",
          // Looks public, and tells virtual machines of one cloud who they are.
          "168.63.129.16/32",
          // Of what may be routed in IPv6: assignments of protocols, Teredo among them.
          "2001::/23",
          "2001:db8::/32",
          // 6to4 and documentation.
          "2002::/16",
          "3fff::/20");

  /** What else there is carries IPv4 addresses, NAT64 among it, or is of one site or link. */
  private static final Network INTERNET_6 = Network.of("2000::/3");

  private final List<Network> allowed;

  /**
   * @param allowed networks that may be reached although they are not the internet
   */
  AddressPolicy(Collection<Network> allowed) {
    this.allowed = List.copyOf(allowed);
  }

  private static List<Network> networks(String... all) {
    return Stream.of(all).map(Network::of).toList();
  }

  /** Whether the operator named it. */
  boolean isAllowedExpressly(InetAddress address) {
    return allowed.stream().anyMatch(n -> n.contains(address));
  }

  boolean mayReach(InetAddress address) {
    return isAllowedExpressly(address)
        || (address.getAddress().length == 4 || INTERNET_6.contains(address))
            && NOT_INTERNET.stream().noneMatch(n -> n.contains(address));
  }
}
