package dev.countermark.signer.oci;

import dev.countermark.contracts.Events;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningRequest;
import java.time.Instant;

/**
 * Look at the signatures of one manifest. A hint only: whether there is such a manifest, and what
 * it is, says its record.
 *
 * @param name full OCI name, within {@code repository}
 * @param digest {@code algorithm:hex}
 */
record OciSigningRequest(
    Lane lane, RepositoryName repository, String name, String digest, Instant since)
    implements SigningRequest {
  @Override
  public String purl() {
    return Events.ociPurl(name, digest);
  }
}
