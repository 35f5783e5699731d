package dev.countermark.format.zip;

/** The bytes are no archive that can be read or signed; the message is for the pusher. */
public class MalformedArchiveException extends Exception {
  private final String code;

  /** Without a code of a client. */
  public MalformedArchiveException(String message) {
    this("", message);
  }

  /**
   * @param code as the package format's own client says it ({@code NU30xx}), empty when it has none
   */
  public MalformedArchiveException(String code, String message) {
    super(message);
    this.code = code;
  }

  public String code() {
    return code;
  }
}
