package dev.countermark.gateway.kit;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The requests of one resource class that write. Found by {@link java.util.ServiceLoader}; the
 * contract of edges tries each of them, and finds methods of resource classes that have none.
 */
public interface WritePaths {
  /** The class whose methods these are. */
  String resource();

  List<WritePath> paths();

  /**
   * A request that would be taken from who may push.
   *
   * @param name for people
   * @param address from {@code owner/name} to the path and query; what has no slash in front is
   *     appended to the address that {@code after} was answered
   * @param limit most bytes of the body; 0 when it has no limit, as layers have none
   * @param after what has to be sent before
   */
  record WritePath(
      String name,
      String method,
      Function<String, String> address,
      Body body,
      long limit,
      Optional<WritePath> after) {
    /** A request that needs none before it. */
    public WritePath(
        String name, String method, Function<String, String> address, Body body, long limit) {
      this(name, method, address, body, limit, Optional.empty());
    }

    /** A request without a body. */
    public static WritePath bare(String name, String method, Function<String, String> address) {
      return new WritePath(name, method, address, Body.NONE, 0);
    }

    /** The same request, behind another. */
    public WritePath behind(WritePath before) {
      return new WritePath(name, method, address, body, limit, Optional.of(before));
    }
  }

  /** Bytes of a request, and the headers that tell what they are. */
  final class Body {
    public static final Body NONE = new Body(Map.of(), new byte[0], false);

    private final Map<String, String> headers;
    private final byte[] bytes;
    private final boolean spooled;

    /**
     * @param spooled whether it is received on the local disk
     */
    public Body(Map<String, String> headers, byte[] bytes, boolean spooled) {
      this.headers = Map.copyOf(headers);
      this.bytes = bytes;
      this.spooled = spooled;
    }

    public Map<String, String> headers() {
      return headers;
    }

    public byte[] bytes() {
      return bytes;
    }

    public boolean isSpooled() {
      return spooled;
    }

    public boolean isEmpty() {
      return bytes.length == 0;
    }
  }
}
