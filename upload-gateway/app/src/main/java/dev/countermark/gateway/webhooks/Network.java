package dev.countermark.gateway.webhooks;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Addresses that begin with the same bits. */
final class Network {
  private static final Pattern FORM =
      Pattern.compile("(?:[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)/[0-9]{1,3}");

  private final byte[] address;
  private final int bits;

  private Network(byte[] address, int bits) {
    this.address = address;
    this.bits = bits;
  }

  /**
   * @param text such as {@code 10.0.0.0/8} or {@code fd00::/8}
   * @throws IllegalArgumentException when it is no network
   */
  static Network of(String text) {
    String cidr = text.trim().toLowerCase(Locale.ROOT);
    if (!FORM.matcher(cidr).matches()) {
      throw new IllegalArgumentException(text + " is no network such as 10.0.0.0/8 or fd00::/8");
    }
    int slash = cidr.indexOf('/');
    try {
      byte[] address = InetAddress.getByName(cidr.substring(0, slash)).getAddress();
      int bits = Integer.parseInt(cidr.substring(slash + 1));
      if (bits > address.length * 8) {
        throw new IllegalArgumentException(text + " has more bits than an address");
      }
      return new Network(address, bits);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text + " is no network", e);
    }
  }

  boolean contains(InetAddress other) {
    byte[] theirs = other.getAddress();
    if (theirs.length != address.length) {
      return false;
    }
    int whole = bits / 8;
    for (int i = 0; i < whole; i++) {
      if (theirs[i] != address[i]) {
        return false;
      }
    }
    int mask = 0xff00 >> bits % 8 & 0xff;
    return mask == 0 || (theirs[whole] & mask) == (address[whole] & mask);
  }
}
