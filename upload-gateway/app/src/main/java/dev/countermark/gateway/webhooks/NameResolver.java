package dev.countermark.gateway.webhooks;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Knows the addresses of names, anew each time. Holds no thread while others are asked. */
interface NameResolver {
  /**
   * @param host a name, or an address as URLs write them, without brackets
   * @return failed with {@link java.net.UnknownHostException} when nobody knows it
   */
  CompletionStage<List<InetAddress>> resolve(String host);
}
