package dev.countermark.contracts;

/** Why a package will never be signed as it is; part of the public API, never renamed. */
public enum Refusal {
  /** The stored bytes are not what the record says they are. */
  DIGEST_MISMATCH,
  /** The bytes break the format's rules. */
  MALFORMED_PACKAGE,
  /** The record or its blob is no longer there. */
  BLOB_GONE,
  /** Too large, too deep or too many parts to be signed. */
  TOO_LARGE,
  /** The repository's policy does not take the signature that the package came with. */
  SIGNATURE_POLICY,
  /** The signature that the package came with is broken. */
  INVALID_SIGNATURE,
  /** Whoever pushed it took it back before it was signed. */
  CANCELLED
}
