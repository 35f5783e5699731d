package dev.countermark.gateway.kit;

import dev.countermark.contracts.Failure;
import jakarta.ws.rs.core.Response;
import org.jboss.logging.Logger;

/** The answer when store, broker or key service do not. */
public final class Unavailable {
  private static final Logger LOG = Logger.getLogger(Unavailable.class);

  private Unavailable() {}

  /** Logs what failed, and tells the client only to try again. */
  public static Response response(Failure.Transient failure) {
    LOG.warnf(failure, "a request failed: %s", failure.getMessage());
    return Problem.response(
        Problem.Kind.UNAVAILABLE, "a part of the platform does not answer now; try again");
  }
}
