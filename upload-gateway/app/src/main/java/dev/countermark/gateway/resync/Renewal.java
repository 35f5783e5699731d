package dev.countermark.gateway.resync;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.PackageRecord;

/**
 * What becomes of packages that are available, but not signed as they have to be: by a key that was
 * revoked, or not by all that are in force. For one thread, and for a short while.
 */
public interface Renewal {
  /** Makes one. */
  @FunctionalInterface
  interface Source {
    Renewal begin();
  }

  /**
   * @throws dev.countermark.contracts.Failure when nobody can tell now which keys are in force
   */
  <R extends PackageRecord<R>> boolean isStale(Format<R, ?> format, R record);

  /**
   * Has the signers bring its signature up to date.
   *
   * @throws dev.countermark.contracts.Failure.Transient when the broker did not take it
   */
  <R extends PackageRecord<R>> void renew(Format<R, ?> format, R record);
}
