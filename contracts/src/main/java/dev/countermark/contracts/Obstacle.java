package dev.countermark.contracts;

/**
 * Why a package that could be signed is not signed yet; part of the public API, never renamed. Says
 * in one place which of them end by themselves: whoever waits for one that does not is not tried
 * again and again.
 */
public enum Obstacle {
  /** The store, the broker, or something between them and the signer. */
  PLATFORM_UNAVAILABLE(true, "a part of the platform does not answer"),
  KEY_SERVICE_UNAVAILABLE(true, "the key service does not answer"),
  /** Memory for packages is taken by others. */
  BUSY(true, "other packages are being signed"),
  /** It was rotated while it signed. */
  KEY_CHANGING(true, "the repository's key was rotated just now"),
  TIMESTAMP_AUTHORITY_UNAVAILABLE(true, "no timestamp authority answers, and one is required"),

  NO_TIMESTAMP_AUTHORITY(
      false, "the repository requires timestamps, and the signers have no timestamp authority"),
  /** 401, 403, 404: its credential or purpose is not known there. */
  KEY_SERVICE_REFUSES(false, "the key service does not let the signer sign"),
  AUDIT_BROKEN(false, "the key service's audit log is broken, and it signs nothing"),
  KEY_UNUSABLE(false, "the record of the repository's key cannot be used"),
  /** Revoked, or its certificate has ended. */
  KEY_NOT_IN_FORCE(false, "the repository's key is revoked or has expired, and must be rotated"),
  /** Its bucket is older than the packages: signing with another key would surprise consumers. */
  KEY_LOST(false, "the key service does not have the key that consumers of the repository trust"),
  /** A bug: the dead letter says more. */
  UNFORESEEN(false, "the signer failed in a way that was not foreseen");

  private final boolean passing;
  private final String text;

  Obstacle(boolean passing, String text) {
    this.passing = passing;
    this.text = text;
  }

  /** Whether it ends by itself; else an operator or administrator has to do something. */
  public boolean isPassing() {
    return passing;
  }

  /** For whoever pushed: half a sentence that names nobody and no address. */
  public String text() {
    return text;
  }
}
