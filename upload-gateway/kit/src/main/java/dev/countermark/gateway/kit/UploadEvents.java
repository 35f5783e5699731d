package dev.countermark.gateway.kit;

import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.PackageRecord;

/** Tells the signers of packages to be signed. */
@FunctionalInterface
public interface UploadEvents {
  /**
   * Returns when the broker has the event.
   *
   * @throws dev.countermark.contracts.Failure.Transient when it did not take it
   */
  void uploaded(Format<?, ?> format, PackageUploaded upload);

  /**
   * A record was written, or perhaps was, and its push failed before the signers could be told:
   * they will be, sooner or later.
   */
  default void notTold() {}

  /** The same of a stored package. */
  default <R extends PackageRecord<R>> void uploaded(Format<R, ?> format, R record) {
    uploaded(
        format,
        new PackageUploaded(
            record.repository(),
            record.packageName(),
            record.digest(),
            format.mediaType(record),
            record.acceptedAt(),
            record.pushedBy()));
  }
}
