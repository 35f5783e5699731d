package dev.countermark.format.nuget.verify;

import dev.countermark.format.nuget.signature.MalformedSignatureException;
import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.nuget.signature.SignatureType;
import dev.countermark.format.nuget.signature.SignerView;
import dev.countermark.format.nuget.verify.TimestampJudge.Window;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** Whether one signature is genuine, and its signer one that packages may be signed by. */
final class SignerJudge {
  private final PackageSignature signature;
  private final VerificationPolicy policy;
  private final Rules rules;
  private final TrustLists lists;

  SignerJudge(
      PackageSignature signature, VerificationPolicy policy, Rules rules, TrustLists lists) {
    this.signature = signature;
    this.policy = policy;
    this.rules = rules;
    this.lists = lists;
  }

  /**
   * What was found about one signature. Lack of trust and expiry are apart from the rest, because a
   * countersignature can make up for them; what the client overlooks is, because it has no
   * influence on that.
   */
  static final class Verdict {
    final Findings strict = new Findings();
    final Findings other = new Findings();
    final Findings untrusted = new Findings();
    final Findings expired = new Findings();
    private Window window;

    /** When the signature was made, as far as that is proven; else now. */
    Window window() {
      return window;
    }

    /** Whether it can make up for something. */
    boolean isSound() {
      return !other.isRefused() && untrusted.all().isEmpty() && expired.all().isEmpty();
    }

    void addTo(Findings findings) {
      findings.addAll(untrusted);
      findings.addAll(expired);
      findings.addAll(other);
      findings.addAll(strict);
    }
  }

  static String name(SignerView signer, boolean countersigner) {
    if (countersigner) {
      return "repository countersignature";
    }
    return switch (signer.type()) {
      case AUTHOR -> "author primary signature";
      case REPOSITORY -> "repository primary signature";
      case UNKNOWN -> "primary signature";
    };
  }

  /**
   * Judges one signature.
   *
   * @throws MalformedSignatureException when its timestamp cannot be read: then the client looks no
   *     further
   */
  Verdict judge(SignerView signer) throws MalformedSignatureException {
    boolean countersigner = signer != signature.primary();
    String name = name(signer, countersigner);
    List<byte[]> tokens = signer.timestamps();
    Optional<TimestampToken> token =
        tokens.isEmpty() ? Optional.empty() : Optional.of(TimestampToken.read(tokens.get(0)));
    Verdict verdict = new Verdict();
    checkStructure(signer, countersigner, verdict.strict);
    verdict.window = window(token, signer, name, verdict.other);
    Optional<String> objection =
        signature.objection(signer).map(why -> "The " + name + " " + why + ".");
    if (!signer.hasSupportedAlgorithms()) {
      verdict.strict.strict("NU3012", objection.orElseThrow());
    } else if (objection.isPresent()) {
      // Where this is forgiven, the client does not even look at the certificate.
      verdict.other.errorUnless(rules.malformed(), "NU3012", objection.get());
      return verdict;
    }
    checkCertificate(signer.certificate(), name, verdict);
    return verdict;
  }

  private void checkStructure(SignerView signer, boolean countersigner, Findings findings) {
    if (!countersigner && !signer.hasContentType()) {
      findings.strict("NU3011", "The primary signature does not sign the type of its content.");
    }
    if (countersigner) {
      signer
          .certificateReferenceObjection()
          .ifPresent(objection -> findings.strict("NU3031", objection));
    }
    if (!countersigner
        && signer.type() == SignatureType.REPOSITORY
        && signature.countersigners().stream()
            .anyMatch(c -> c.type() == SignatureType.REPOSITORY)) {
      findings.strict("NU3033", "A repository countersigned a repository's signature.");
    }
  }

  private Window window(
      Optional<TimestampToken> token, SignerView signer, String name, Findings findings) {
    Optional<Window> proven = Optional.empty();
    if (token.isEmpty()) {
      findings.warning(
          "NU3027", "The signature should be timestamped, to outlive its certificate.");
    } else {
      proven =
          new TimestampJudge(policy, rules)
              .judge(token.get(), signer.signatureValue(), name, findings);
    }
    return proven.orElse(new Window(policy.now(), policy.now()));
  }

  private void checkCertificate(X509Certificate certificate, String name, Verdict verdict) {
    Findings own = new Findings();
    if (!CertificateRules.isIssuedBySupportedAlgorithm(certificate)) {
      own.refusal(
          rules.malformed(),
          "NU3013",
          "The " + name + "'s certificate was signed by an unsupported algorithm.");
    }
    if (!CertificateRules.hasSupportedKey(certificate)) {
      own.refusal(
          rules.malformed(),
          "NU3014",
          "The " + name + "'s certificate has a key that is not RSA of 2048 bits or more.");
    }
    if (CertificateRules.isForLifetimeSigning(certificate)) {
      own.refusal(
          rules.malformed(), "NU3015", "The " + name + "'s certificate is for lifetime signing.");
    }
    if (CertificateRules.isNotYetValid(certificate, policy.now())) {
      own.refusal(rules.malformed(), "NU3017", "The " + name + "'s certificate is not yet valid.");
    }
    verdict.other.addAll(own);
    if (own.all().isEmpty()) {
      checkTrust(certificate, name, verdict);
    }
  }

  private void checkTrust(X509Certificate certificate, String name, Verdict verdict) {
    CertificateChain chain =
        CertificateChain.build(
            certificate,
            signature.certificates(),
            policy.codeSigningRoots(),
            CertificateRules.CODE_SIGNING);
    for (String defect : chain.defects()) {
      verdict.other.refusal(
          rules.malformed(), "NU3012", "The " + name + " found a chain problem: " + defect + ".");
    }
    boolean rootAllowed = lists.allowsUntrustedRoot(certificate);
    boolean forgiven = rules.untrusted() || rootAllowed;
    if (chain.defects().isEmpty() && !chain.isTrusted() && !rootAllowed) {
      verdict.other.warning("NU3042", "The signer's root is not among the trusted.");
      verdict.untrusted.errorUnless(
          forgiven, "NU3018", "The " + name + "'s certificate is not trusted.");
    }
    if (!CertificateRules.isValidAt(certificate, verdict.window.from())
        || !CertificateRules.isValidAt(certificate, verdict.window.to())) {
      verdict.expired.errorUnless(
          forgiven, "NU3037", "The " + name + " is outside of its certificate's validity.");
    }
  }
}
