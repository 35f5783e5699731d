package dev.countermark.format.nupkg.archive;

/** The bytes are no package archive that can be read or signed; the message is for the pusher. */
public final class MalformedArchiveException extends Exception {
  private final String code;

  /** Without a code of the NuGet client. */
  public MalformedArchiveException(String message) {
    this("", message);
  }

  /**
   * @param code {@code NU30xx} as the NuGet client says it, empty when it has none
   */
  public MalformedArchiveException(String code, String message) {
    super(message);
    this.code = code;
  }

  public String code() {
    return code;
  }
}
