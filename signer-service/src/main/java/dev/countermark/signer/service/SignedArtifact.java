package dev.countermark.signer.service;

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
}
