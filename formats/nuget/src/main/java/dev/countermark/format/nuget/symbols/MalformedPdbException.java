package dev.countermark.format.nuget.symbols;

/** A file that is no portable PDB; the message continues a sentence. */
public final class MalformedPdbException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean otherKind;

  /**
   * @param otherKind whether it does not even begin like one
   */
  MalformedPdbException(boolean otherKind, String message) {
    super(message);
    this.otherKind = otherKind;
  }

  /** Whether it does not even begin like a portable PDB, as those of Windows do not. */
  public boolean isOfOtherKind() {
    return otherKind;
  }
}
