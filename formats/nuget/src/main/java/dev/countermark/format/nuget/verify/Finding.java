package dev.countermark.format.nuget.verify;

import java.util.Objects;

/**
 * Something about a package's signatures that somebody should know.
 *
 * @param code {@code NU30xx}; empty when the client has none for it
 * @param message one sentence, for people
 * @param strict whether the client overlooks it
 */
public record Finding(String code, Severity severity, String message, boolean strict) {
  public Finding {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(message, "message");
  }
}
