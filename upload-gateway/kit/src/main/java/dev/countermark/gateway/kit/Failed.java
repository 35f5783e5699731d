package dev.countermark.gateway.kit;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer to a client that is not what it asked for; its format's {@link Dialect} puts it into
 * the client's words. The message says what was expected, what was found and what to do.
 */
public final class Failed extends RuntimeException {
  private final int status;
  private final String code;
  private final transient Map<String, String> headers = new LinkedHashMap<>();

  public Failed(int status, String message) {
    this(status, "", message);
  }

  /**
   * @param code by which the format's clients tell errors apart; empty for none
   */
  public Failed(int status, String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  /** Adds a header to the answer. */
  public Failed with(String header, String value) {
    headers.put(header, value);
    return this;
  }

  public int status() {
    return status;
  }

  public String code() {
    return code;
  }

  public Map<String, String> headers() {
    return headers;
  }
}
