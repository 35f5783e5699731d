package dev.countermark.signing;

import java.util.Optional;
import org.jboss.logging.MDC;

/**
 * What stands beside the words of a log line where lines have fields: {@code package}, a package
 * URL, and {@code trace}, 32 hexadecimal digits. Of the thread that makes it, until it is closed
 * there.
 */
public final class LogFields implements AutoCloseable {
  /** Both are names of fields, which log searches rely on. */
  static final String PACKAGE = "package";

  static final String TRACE = "trace";

  /** {@code 00-}, the trace, and what is of one step. */
  private static final int TRACE_BEGINS = 3;

  private static final int TRACE_ENDS = 35;

  private LogFields() {}

  /** Those of a request; a request that could not be read has none. */
  public static LogFields of(Optional<? extends SigningRequest> request) {
    request.ifPresent(
        r -> {
          MDC.put(PACKAGE, r.purl());
          r.trace()
              .filter(parent -> parent.length() > TRACE_ENDS)
              .ifPresent(parent -> MDC.put(TRACE, parent.substring(TRACE_BEGINS, TRACE_ENDS)));
        });
    return new LogFields();
  }

  @Override
  public void close() {
    MDC.remove(PACKAGE);
    MDC.remove(TRACE);
  }
}
