package dev.countermark.contracts;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

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

  /** What tells this signature from any other one of the package. */
  public String id() {
    String all = keyVersion + "\n" + fingerprint + "\n" + String.join("\n", artifacts);
    return UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
