package dev.countermark.format.nuget.signature;

/** The signature cannot be taken for one. */
public final class MalformedSignatureException extends Exception {
  private final String code;

  /**
   * @param code {@code NU30xx}, as the NuGet client says it
   */
  public MalformedSignatureException(String code, String message) {
    super(message);
    this.code = code;
  }

  public MalformedSignatureException(String code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public String code() {
    return code;
  }
}
