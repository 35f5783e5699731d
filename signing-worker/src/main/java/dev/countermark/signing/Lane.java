package dev.countermark.signing;

import java.util.Locale;

/** Where work comes from; in order of precedence. */
public enum Lane {
  /** Somebody just pushed and waits. */
  UPLOAD,
  /** Bulk work that yields to uploads. */
  RESYNC;

  /** As in metrics: lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
