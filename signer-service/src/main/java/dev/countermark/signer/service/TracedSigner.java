package dev.countermark.signer.service;

import dev.countermark.signing.FormatSigner;
import dev.countermark.signing.LogFields;
import dev.countermark.signing.SigningOutcome;
import dev.countermark.tracing.Step;
import dev.countermark.tracing.Tracing;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * A signer whose tries are steps of their packages' traces, and whose log says what came of them.
 */
final class TracedSigner implements FormatSigner<PackageRequest, SignedArtifact> {
  private static final Logger LOG = Logger.getLogger(TracedSigner.class);

  private final FormatSigner<PackageRequest, SignedArtifact> signer;
  private final Tracing tracing;

  TracedSigner(FormatSigner<PackageRequest, SignedArtifact> signer, Tracing tracing) {
    this.signer = signer;
    this.tracing = tracing;
  }

  @Override
  public SigningOutcome<SignedArtifact> sign(PackageRequest request) {
    try (Step step =
            tracing
                .begin("sign", Tracing.Kind.RECEIVES, request.trace())
                .with("package", request.purl())
                .with("lane", request.lane().label());
        Step.Current here = step.current();
        LogFields fields = LogFields.of(Optional.of(request))) {
      try {
        SigningOutcome<SignedArtifact> outcome = signer.sign(request);
        step.with("code", outcome.code());
        LOG.logf(
            outcome instanceof SigningOutcome.Signed ? Logger.Level.INFO : Logger.Level.DEBUG,
            "%s: %s",
            request.purl(),
            outcome.code());
        return outcome;
      } catch (RuntimeException e) {
        step.failed(e.getClass().getSimpleName());
        throw e;
      }
    }
  }
}
