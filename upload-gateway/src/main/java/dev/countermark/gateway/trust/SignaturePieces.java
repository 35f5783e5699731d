package dev.countermark.gateway.trust;

import dev.countermark.format.oci.OciRecords.ManifestRecord;

/** Makes an image's signatures fetchable by digest, before their digests are told to anybody. */
@FunctionalInterface
public interface SignaturePieces {
  /**
   * Once per set of signatures; again without effect.
   *
   * @param signed a record with or without signatures
   */
  void materialise(ManifestRecord signed);
}
