package dev.countermark.contracts;

/** The headers of a record on {@link Topics#DEAD_LETTERS}; values are text. */
public final class DeadLetterHeaders {
  /** Why it was given up: a code that stays the same from release to release. */
  public static final String FAILURE_CODE = "countermark-failure-code";

  /** The same for people. */
  public static final String FAILURE_DETAIL = "countermark-failure-detail";

  /** Tries that were made. */
  public static final String ATTEMPTS = "countermark-attempts";

  public static final String SOURCE_TOPIC = "countermark-source-topic";
  public static final String SOURCE_PARTITION = "countermark-source-partition";
  public static final String SOURCE_OFFSET = "countermark-source-offset";

  /** Bytes that the key had, when some were cut off. */
  public static final String KEY_BYTES = "countermark-key-bytes";

  /** SHA-256 of the whole key, hexadecimal, when some of it was cut off. */
  public static final String KEY_SHA256 = "countermark-key-sha256";

  /** Bytes that the value had, when some were cut off. */
  public static final String VALUE_BYTES = "countermark-value-bytes";

  /** SHA-256 of the whole value, hexadecimal, when some of it was cut off. */
  public static final String VALUE_SHA256 = "countermark-value-sha256";

  private DeadLetterHeaders() {}
}
