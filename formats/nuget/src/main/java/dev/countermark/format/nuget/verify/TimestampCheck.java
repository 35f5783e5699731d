package dev.countermark.format.nuget.verify;

import dev.countermark.format.nuget.signature.MalformedSignatureException;
import java.time.Instant;
import java.util.Optional;

/**
 * What clients object to in a timestamp, whoever they trust: for the signer that is about to use
 * it. A package with such a timestamp is worse off than one without (nuget reference, section 2.7).
 */
public final class TimestampCheck {
  private TimestampCheck() {}

  /**
   * The first objection, for people; empty when the root of the authority decides.
   *
   * @param token RFC 3161, DER
   * @param signatureValue what it must be about
   */
  public static Optional<String> objection(byte[] token, byte[] signatureValue, Instant now) {
    VerificationPolicy policy = VerificationPolicy.builder(VerificationMode.VERIFY, now).build();
    Findings found = new Findings();
    try {
      TimestampToken read = TimestampToken.read(token);
      if (!CertificateRules.purposes(read.certificate()).contains(CertificateRules.TIMESTAMPING)) {
        return Optional.of("The timestamping certificate is not for that purpose.");
      }
      new TimestampJudge(policy, Rules.of(policy))
          .checkToken(read, signatureValue, "signature", found);
    } catch (MalformedSignatureException e) {
      return Optional.of(e.getMessage());
    }
    return found.all().stream().findFirst().map(Finding::message);
  }
}
