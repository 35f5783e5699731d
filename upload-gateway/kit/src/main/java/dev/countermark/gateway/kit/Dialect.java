package dev.countermark.gateway.kit;

import jakarta.ws.rs.core.Response;

/** How a format's clients are told of failures. */
public interface Dialect {
  /** The answer, with its body. */
  Response answer(Failed failed, Call call);

  /**
   * In this format's words and with its code.
   *
   * @param detail what is to be said of it, if there is more to say than the kind of trouble
   */
  Failed failed(Trouble trouble, String detail);
}
