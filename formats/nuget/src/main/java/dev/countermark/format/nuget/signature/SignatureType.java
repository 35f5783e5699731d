package dev.countermark.format.nuget.signature;

/** Who says what with a signature, told by its commitment type. */
public enum SignatureType {
  /** Proof of origin. */
  AUTHOR,
  /** Proof of receipt. */
  REPOSITORY,
  /** Neither. */
  UNKNOWN
}
