package dev.countermark.gateway.events;

import dev.countermark.contracts.OciRecords.ManifestRecord;

/** Tells the signers of manifests to be signed. */
@FunctionalInterface
public interface UploadEvents {
  /**
   * Returns when the broker has the event.
   *
   * @throws dev.countermark.contracts.Failure.Transient when it did not take it
   */
  void uploaded(ManifestRecord manifest);
}
