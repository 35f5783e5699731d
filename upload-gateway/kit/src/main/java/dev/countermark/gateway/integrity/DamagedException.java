package dev.countermark.gateway.integrity;

/** What is stored is not what was stored; the message is for the client. */
public final class DamagedException extends RuntimeException {
  /** What clients are told. */
  public static final String MESSAGE =
      "What is stored of this is damaged, and is not handed out; the server's log has it.";

  private final String key;

  /**
   * @param key of the object that is damaged, or that names what is; for the log
   */
  public DamagedException(String key) {
    super(MESSAGE);
    this.key = key;
  }

  public String key() {
    return key;
  }
}
