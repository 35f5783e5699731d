package dev.countermark.signer.service;

import dev.countermark.contracts.InForce;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.RepositoryName;
import java.time.Instant;
import java.util.List;

/**
 * The signatures of one package as they are in place, taken from its record alone: a second look
 * gives the same.
 *
 * @param keyVersion the key that is current
 * @param signedAt when the first signature with that key was made
 * @param artifacts digests of all signature manifests of every key version, or of the signed file
 */
public record SignedArtifact(
    RepositoryName repository,
    String name,
    String digest,
    int keyVersion,
    String fingerprint,
    Instant acceptedAt,
    Instant signedAt,
    List<String> artifacts) {
  public SignedArtifact {
    artifacts = List.copyOf(artifacts);
  }

  /**
   * @param record with a signature in force
   */
  static SignedArtifact of(PackageRecord<?> record) {
    InForce signature =
        record
            .inForce()
            .orElseThrow(() -> new IllegalStateException("signed, but no signature is in force"));
    return new SignedArtifact(
        record.repository(),
        record.packageName(),
        record.digest(),
        signature.keyVersion(),
        signature.fingerprint(),
        record.acceptedAt(),
        signature.signedAt(),
        signature.artifacts());
  }
}
