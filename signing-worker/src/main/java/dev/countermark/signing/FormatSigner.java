package dev.countermark.signing;

import dev.countermark.contracts.Failure;

/**
 * The one use case of a format: brings the signatures of one package up to date. Called again for
 * every redelivery, so a second run changes nothing.
 *
 * @param <R> the format's request
 * @param <O> the format's way to name a package in an outcome
 */
@FunctionalInterface
public interface FormatSigner<R extends SigningRequest, O> {
  /**
   * Blocks until the result is durable. A refusal that concerns a stored package is stored by the
   * signer before it returns {@link SigningOutcome.Refused}.
   *
   * @throws Failure.Transient worth another try later
   * @throws Failure.Permanent becomes a refused outcome
   */
  SigningOutcome<O> sign(R request);
}
