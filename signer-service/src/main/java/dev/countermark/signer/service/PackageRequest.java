package dev.countermark.signer.service;

import dev.countermark.contracts.PackageFormat;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningRequest;
import java.time.Instant;

/**
 * Look at the signatures of one package. A hint only: whether there is such a package, and what it
 * is, says its record.
 *
 * @param name as in the events of the format, within {@code repository}
 * @param digest {@code algorithm:hex}
 */
public record PackageRequest(
    PackageFormat format,
    Lane lane,
    RepositoryName repository,
    String name,
    String digest,
    Instant since)
    implements SigningRequest {
  @Override
  public String purl() {
    return format.purl(repository, name, digest);
  }
}
