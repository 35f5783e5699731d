package dev.countermark.gateway.oci;

import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.gateway.trust.SignaturePieces;
import jakarta.inject.Singleton;

/** A status names signatures by digest, so they must be there, as when the registry shows them. */
@Singleton
class StatusPieces implements SignaturePieces {
  private final SignatureView signatures;

  StatusPieces(SignatureView signatures) {
    this.signatures = signatures;
  }

  @Override
  public void materialise(ManifestRecord signed) {
    signed.signatures().ifPresent(s -> signatures.materialise(signed, s));
  }
}
