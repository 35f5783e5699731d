package dev.countermark.format.oci;

/** Bytes that are not the manifest they claim to be. */
public final class InvalidManifestException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is wrong. */
  public enum Rule {
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    NOT_JSON,
    MEDIA_TYPE_MISMATCH,
    WRONG_SCHEMA_VERSION,
    BAD_MEMBER,
    BAD_DESCRIPTOR
  }

  private final Rule rule;

  public InvalidManifestException(Rule rule, String detail) {
    super(detail);
    this.rule = rule;
  }

  public Rule rule() {
    return rule;
  }
}
