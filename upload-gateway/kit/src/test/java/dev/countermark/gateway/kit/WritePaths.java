package dev.countermark.gateway.kit;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The requests of one resource class that write. Found by {@link java.util.ServiceLoader}; the
 * contract of edges tries each of them, and finds resource classes that forgot theirs.
 */
public interface WritePaths {
  /** The class whose methods these are. */
  String resource();

  List<WritePath> paths();

  /**
   * A request that would be taken from who may push.
   *
   * @param name for people
   * @param address from {@code owner/name} to the path and query
   * @param body empty for none
   * @param spooled whether its body is received on the local disk
   * @param limit most bytes of the body; 0 when it has no limit, as layers have none
   */
  record WritePath(
      String name,
      String method,
      Function<String, String> address,
      Map<String, String> headers,
      Body body,
      boolean spooled,
      long limit) {
    /** A request without a body. */
    public static WritePath bare(String name, String method, Function<String, String> address) {
      return new WritePath(name, method, address, Map.of(), new Body(new byte[0]), false, 0);
    }
  }

  /** Bytes of a request. */
  final class Body {
    private final byte[] bytes;

    public Body(byte[] bytes) {
      this.bytes = bytes;
    }

    public byte[] bytes() {
      return bytes;
    }
  }
}
