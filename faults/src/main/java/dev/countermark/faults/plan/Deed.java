package dev.countermark.faults.plan;

import java.util.Locale;

/**
 * What people do to packages meanwhile, besides pushing.
 *
 * @param atUpload the upload before which it is done
 * @param subject an earlier upload, or of a rotation the number of a repository
 */
public record Deed(int atUpload, Kind kind, int subject) {
  /** What is done. */
  public enum Kind {
    /** Deletes a package, where that can be. */
    DELETE,
    /** Takes a package out of listings, where that can be. */
    HIDE,
    /** Shows it again. */
    SHOW,
    /** Gives a repository a new key at once, and has all its packages signed with that. */
    ROTATE,
    /** Has a new look at all packages of all repositories, asked for by a record. */
    CAMPAIGN;

    /** As people and the figures call it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public String toString() {
    return "     before upload %4d: %s %d".formatted(atUpload, kind.label(), subject);
  }
}
