package dev.countermark.format.nuget.verify;

import dev.countermark.format.nuget.signature.HashAlgorithm;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/** Whether a signature was there at the time that its timestamp says (section 2.7). */
final class TimestampJudge {
  static final String UNTRUSTED = "'s timestamping certificate is not trusted.";

  private final VerificationPolicy policy;
  private final Rules rules;

  TimestampJudge(VerificationPolicy policy, Rules rules) {
    this.policy = policy;
    this.rules = rules;
  }

  /** The time in which a signature was made, if a timestamp proves it. */
  record Window(Instant from, Instant to) {}

  /**
   * Judges one timestamp.
   *
   * @param signatureValue what it must be about
   * @param name of the signature, for messages
   * @return empty when the timestamp proves nothing, and it was said why
   */
  Optional<Window> judge(
      TimestampToken token, byte[] signatureValue, String name, Findings findings) {
    Findings found = new Findings();
    X509Certificate certificate = token.certificate();
    checkToken(token, signatureValue, name, found);
    if (found.all().isEmpty()) {
      CertificateChain chain =
          CertificateChain.build(
              certificate,
              token.certificates(),
              policy.timestampRoots(),
              CertificateRules.TIMESTAMPING);
      for (String defect : chain.defects()) {
        check(found, false, "NU3028", name + "'s timestamp found a chain problem: " + defect + ".");
      }
      if (chain.defects().isEmpty() && !chain.isTrusted()) {
        found.warning("NU3042", "The root of the timestamp authority is not among the trusted.");
        String message = "The " + name + UNTRUSTED;
        if (rules.badTimestamp()) {
          found.passiveError("NU3028", message);
        } else {
          found.error("NU3028", message);
        }
      }
    }
    findings.addAll(found);
    return found.all().isEmpty()
        ? Optional.of(
            new Window(token.time().minus(token.accuracy()), token.time().plus(token.accuracy())))
        : Optional.empty();
  }

  /** What the token and its certificate must be by themselves. */
  void checkToken(TimestampToken token, byte[] signatureValue, String name, Findings found) {
    X509Certificate certificate = token.certificate();
    Optional<HashAlgorithm> imprint = HashAlgorithm.of(token.imprintAlgorithm());
    check(
        found,
        imprint.isPresent(),
        "NU3030",
        name + "'s timestamp has an imprint by an unsupported hash.");
    imprint.ifPresent(
        algorithm ->
            check(
                found,
                MessageDigest.isEqual(algorithm.digest().digest(signatureValue), token.imprint()),
                "NU3019",
                name + "'s timestamp is about something else."));
    check(
        found,
        CertificateRules.isIssuedBySupportedAlgorithm(certificate),
        "NU3022",
        name + "'s timestamping certificate was signed by an unsupported algorithm.");
    check(
        found,
        CertificateRules.hasSupportedKey(certificate),
        "NU3023",
        name + "'s timestamping certificate has a key that is not RSA of 2048 bits or more.");
    check(
        found,
        HashAlgorithm.of(token.digestAlgorithm()).isPresent(),
        "NU3024",
        name + "'s timestamp uses an unsupported hash.");
    check(
        found,
        !CertificateRules.isNotYetValid(certificate, policy.now()),
        "NU3025",
        name + "'s timestamping certificate is not yet valid.");
    check(
        found,
        CertificateRules.isValidAt(certificate, token.time()),
        "NU3036",
        name + "'s timestamp has a time outside of its certificate's validity.");
  }

  private void check(Findings found, boolean condition, String code, String message) {
    if (!condition) {
      found.errorUnless(rules.badTimestamp(), code, "The " + message);
    }
  }
}
