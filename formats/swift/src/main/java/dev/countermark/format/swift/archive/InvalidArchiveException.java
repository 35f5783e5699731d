package dev.countermark.format.swift.archive;

/** The archive is not taken; the message is one sentence for the publisher. */
public final class InvalidArchiveException extends Exception {
  /** Which kind of demand it breaks. */
  public enum Rule {
    /** Not a ZIP archive, or one that two readers read differently. */
    STRUCTURE,
    /** Zip64, encryption or a compression that is not deflate. */
    UNSUPPORTED,
    /** More, larger or further unfolding entries than allowed. */
    TOO_LARGE,
    /** An entry is not what its header says. */
    DAMAGED,
    /** A name that leads elsewhere, or two entries in one place. */
    NAMES,
    /** A symbolic link that leads out of the package, or is no path. */
    LINKS,
    /** Not exactly one folder that holds everything. */
    ROOT,
    /** {@code Package.swift} or a version-specific manifest cannot be served signed. */
    MANIFEST
  }

  private final Rule rule;

  public InvalidArchiveException(Rule rule, String message) {
    super(message);
    this.rule = rule;
  }

  public InvalidArchiveException(Rule rule, String message, Throwable cause) {
    super(message, cause);
    this.rule = rule;
  }

  public Rule rule() {
    return rule;
  }
}
