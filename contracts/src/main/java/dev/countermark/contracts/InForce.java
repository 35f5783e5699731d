package dev.countermark.contracts;

import java.time.Instant;
import java.util.List;

/**
 * The signature of a package that is in force, taken from its record alone.
 *
 * @param keyVersion version of the repository's key; 0 for a signature that is somebody else's
 * @param fingerprint SHA-256 of the key's SPKI or of the signer's certificate, hexadecimal as the
 *     format's clients write it
 * @param signedAt when the first signature with that key was made
 * @param artifacts digests of all that was made: signature manifests, or the signed file
 */
public record InForce(
    int keyVersion, String fingerprint, Instant signedAt, List<String> artifacts) {
  public InForce {
    artifacts = List.copyOf(artifacts);
  }
}
