package dev.countermark.contracts;

/** The consumer groups of the signers. */
public final class SignerGroups {
  private SignerGroups() {}

  /** Of the topic of a format's uploads. */
  public static String uploads(Format<?, ?> format) {
    return "signer-" + format.label();
  }

  /** Of that of its resyncs; one of its own, so that joining and leaving never pauses uploads. */
  public static String resyncs(Format<?, ?> format) {
    return uploads(format) + "-resyncs";
  }
}
