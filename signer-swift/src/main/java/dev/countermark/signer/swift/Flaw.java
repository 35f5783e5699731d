package dev.countermark.signer.swift;

import java.util.Locale;

/** Why a stored signature is not as it should be. */
enum Flaw {
  /** It is none, or not one of these bytes. */
  BROKEN,
  /** Its certificate was not valid any more when the resync was asked for. */
  EXPIRED,
  /** The key that made it was revoked. */
  REVOKED,
  /** No key of the repository made it. */
  FOREIGN;

  /** As in metrics: lower case. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
