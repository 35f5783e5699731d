package dev.countermark.signer.service;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningRequest;
import java.time.Instant;
import java.util.Optional;

/**
 * Look at the signatures of one package. A hint only: whether there is such a package, and what it
 * is, says its record.
 *
 * @param name as in the events of the format, within {@code repository}
 * @param digest {@code algorithm:hex}
 * @param mode how far a resync goes; for an upload always {@link ResyncMode#ENSURE}
 * @param campaign that wants to hear what came of it; empty for none
 * @param trace the {@code traceparent} of its event; empty when nothing is traced
 */
public record PackageRequest(
    Format<?, ?> format,
    Lane lane,
    RepositoryName repository,
    String name,
    String digest,
    Instant since,
    ResyncMode mode,
    Optional<String> campaign,
    Optional<String> trace)
    implements SigningRequest {
  /** One that makes good what is missing. */
  public PackageRequest(
      Format<?, ?> format,
      Lane lane,
      RepositoryName repository,
      String name,
      String digest,
      Instant since) {
    this(format, lane, repository, name, digest, since, ResyncMode.ENSURE);
  }

  /** One of no campaign. */
  public PackageRequest(
      Format<?, ?> format,
      Lane lane,
      RepositoryName repository,
      String name,
      String digest,
      Instant since,
      ResyncMode mode) {
    this(format, lane, repository, name, digest, since, mode, Optional.empty(), Optional.empty());
  }

  /** The same, following from something. */
  PackageRequest after(Optional<String> parent) {
    return new PackageRequest(
        format, lane, repository, name, digest, since, mode, campaign, parent);
  }

  @Override
  public String purl() {
    return format.purl(repository, name, digest);
  }

  @Override
  public String tenant() {
    return repository.toString();
  }

  /** When it was asked for matters to resyncs only. */
  @Override
  public boolean asksTheSame(SigningRequest other) {
    return other instanceof PackageRequest that
        && lane == that.lane
        && mode == that.mode
        && format.label().equals(that.format.label())
        && repository.equals(that.repository)
        && name.equals(that.name)
        && digest.equals(that.digest);
  }
}
