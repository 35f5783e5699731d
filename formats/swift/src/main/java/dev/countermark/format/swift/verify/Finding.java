package dev.countermark.format.swift.verify;

import java.util.Objects;

/**
 * Something about the signatures of a release that somebody should know.
 *
 * @param message one sentence for people, that names what it is about; for what the client finds,
 *     too, in its words
 * @param strict whether the client overlooks it
 */
public record Finding(Kind kind, Severity severity, String message, boolean strict) {
  /** What it is. */
  public enum Kind {
    /** There is no signature. */
    UNSIGNED,
    /** The signature has a shape that clients do not take. */
    MALFORMED,
    /** The signature is not by the key of its certificate over these bytes. */
    NOT_GENUINE,
    /** The certificate leads to a root, but not soundly: expired, not for signing code. */
    CERTIFICATE,
    /** The certificate does not lead to a root that is trusted. */
    UNTRUSTED,
    /** Later clients cannot read the signature. */
    COMPATIBILITY,
    /** The archive is not one that every client unpacks alike, or lacks something. */
    ARCHIVE
  }

  public Finding {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(message, "message");
  }
}
