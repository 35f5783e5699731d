package dev.countermark.format.nuget.verify;

import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.signature.HashAlgorithm;
import dev.countermark.format.nuget.signature.MalformedSignatureException;
import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.nuget.signature.SignatureType;
import dev.countermark.format.nuget.signature.SignerView;
import dev.countermark.format.nuget.verify.SignerJudge.Verdict;
import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.MalformedArchiveException;
import java.io.IOException;
import java.net.URI;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Verifies the signatures of a package in the order in which the client does it (nuget reference,
 * section 4.4). Findings are about the package; only the reading of its bytes can fail.
 */
public final class PackageVerifier {

  /** Verifies a package, signed or not. */
  public VerificationReport verify(ByteSource file, VerificationPolicy policy) throws IOException {
    return new Verification(policy).report(file);
  }

  /**
   * Verifies who signed, and when: whether the package is what was signed is not looked at, and the
   * report has no content hash.
   */
  public VerificationReport verify(PackageSignature signature, VerificationPolicy policy) {
    return new Verification(policy).report(signature);
  }

  private static final class Verification {
    private final VerificationPolicy policy;
    private final Rules rules;
    private final TrustLists lists;
    private final Findings findings = new Findings();
    private final List<SignatureSummary> summaries = new ArrayList<>();
    private Optional<String> contentHash = Optional.empty();
    private Optional<SignerView> repository = Optional.empty();

    Verification(VerificationPolicy policy) {
      this.policy = policy;
      this.rules = Rules.of(policy);
      this.lists = new TrustLists(policy, rules);
    }

    VerificationReport report(ByteSource file) throws IOException {
      try {
        verify(PackageArchive.read(file));
      } catch (MalformedArchiveException e) {
        malformed(e.code(), sentence(e.getMessage()));
      } catch (MalformedSignatureException e) {
        malformed(e.code(), e.getMessage());
      }
      checkServiceIndex();
      return new VerificationReport(findings.said(), summaries, contentHash, !findings.isRefused());
    }

    VerificationReport report(PackageSignature signature) {
      try {
        findings.addAll(signers(signature));
        lists.check(signature, findings);
      } catch (MalformedSignatureException e) {
        malformed(e.code(), e.getMessage());
      }
      checkServiceIndex();
      return new VerificationReport(findings.said(), summaries, contentHash, !findings.isRefused());
    }

    /** What the client has no code for is never forgiven. */
    private void malformed(String code, String message) {
      findings.errorUnless(rules.malformed() && !code.isEmpty(), code, message);
    }

    private static String sentence(String message) {
      return Character.toUpperCase(message.charAt(0)) + message.substring(1) + ".";
    }

    private void verify(PackageArchive archive)
        throws MalformedArchiveException, MalformedSignatureException, IOException {
      if (archive.entries().stream().noneMatch(PackageArchive::hasSignatureName)) {
        hashContent(archive);
        if (!rules.unsigned()) {
          findings.error("NU3004", "The package is not signed.");
        }
        return;
      }
      Optional<ArchiveEntry> entry = archive.signature();
      if (entry.isEmpty()) {
        findings.error(
            policy.mode() == VerificationMode.VERIFY ? "" : "NU3005",
            "The package does not contain exactly one valid package signature file.");
        return;
      }
      hashContent(archive);
      PackageSignature signature = PackageSignature.parse(archive.signatureBytes(entry.get()));
      Findings trust = signers(signature);
      checkIntegrity(archive, signature);
      findings.addAll(trust);
      lists.check(signature, findings);
    }

    private Findings signers(PackageSignature signature) throws MalformedSignatureException {
      repository = signature.repositorySigner();
      summarize(signature);
      checkCountersigners(signature);
      Findings trust = new Findings();
      judge(signature, trust);
      return trust;
    }

    private void hashContent(PackageArchive archive) throws MalformedArchiveException, IOException {
      byte[] sha512 = archive.hash(HashAlgorithm.SHA512.digest());
      contentHash = Optional.of(Base64.getEncoder().encodeToString(sha512));
    }

    private static void checkCountersigners(PackageSignature signature)
        throws MalformedSignatureException {
      long repositories =
          signature.countersigners().stream()
              .filter(c -> c.type() == SignatureType.REPOSITORY)
              .count();
      if (repositories > 1 && signature.primary().type() != SignatureType.REPOSITORY) {
        throw new MalformedSignatureException(
            "NU3032", "The package has several repository countersignatures.");
      }
    }

    private void summarize(PackageSignature signature) {
      summaries.add(summary(signature.primary(), false));
      signature.countersigners().forEach(c -> summaries.add(summary(c, true)));
    }

    private static SignatureSummary summary(SignerView signer, boolean countersignature) {
      X509Certificate certificate = signer.certificate();
      List<Instant> timestamps = new ArrayList<>();
      for (byte[] token : signer.timestamps()) {
        try {
          timestamps.add(TimestampToken.read(token).time());
        } catch (MalformedSignatureException e) {
          // Said when the timestamp is judged.
        }
      }
      return new SignatureSummary(
          signer.type(),
          countersignature,
          certificate.getSubjectX500Principal().getName(),
          certificate.getIssuerX500Principal().getName(),
          Fingerprint.of(certificate),
          certificate.getNotBefore().toInstant(),
          certificate.getNotAfter().toInstant(),
          signer.repositoryClaim().map(claim -> claim.serviceIndex()),
          signer.repositoryClaim().map(claim -> claim.owners()).orElse(List.of()),
          signer.signingTime(),
          timestamps);
    }

    private void judge(PackageSignature signature, Findings trust)
        throws MalformedSignatureException {
      SignerJudge judge = new SignerJudge(signature, policy, rules, lists);
      Verdict primary = judge.judge(signature.primary());
      Optional<SignerView> countersigner =
          signature.primary().type() == SignatureType.REPOSITORY
              ? Optional.empty()
              : signature.repositoryCountersigner();
      boolean needed = primary.untrusted.isRefused() || primary.expired.isRefused();
      Optional<Verdict> second = Optional.empty();
      if (countersigner.isPresent() && (needed || rules.everyCountersignature())) {
        second = Optional.of(judge.judge(countersigner.get()));
      }
      boolean rescued = second.isPresent() && second.get().isSound();
      if (!rescued) {
        trust.addAll(primary.untrusted);
      }
      X509Certificate author = signature.primary().certificate();
      if (!rescued
          || !CertificateRules.isValidAt(author, second.get().window().from())
          || !CertificateRules.isValidAt(author, second.get().window().to())) {
        trust.addAll(primary.expired);
      }
      trust.addAll(primary.other);
      trust.addAll(primary.strict);
      second.ifPresent(verdict -> verdict.addTo(trust));
    }

    private void checkIntegrity(PackageArchive archive, PackageSignature signature)
        throws MalformedArchiveException, IOException {
      byte[] hash = archive.hash(signature.content().algorithm().digest());
      if (!MessageDigest.isEqual(hash, signature.content().hash())) {
        findings.error(
            "NU3008",
            signature.content().isOfRightLength()
                ? "The package was changed after it was signed."
                : "The signature says a hash that no package has, of the wrong length.");
      }
    }

    private void checkServiceIndex() {
      if (policy.expectedServiceIndex().isEmpty()) {
        return;
      }
      URI expected = policy.expectedServiceIndex().get();
      Optional<URI> found =
          repository.flatMap(SignerView::repositoryClaim).map(claim -> claim.serviceIndex());
      if (!found.equals(Optional.of(expected))) {
        findings.strict(
            "NU3034",
            "The package is not signed by the repository %s but by %s."
                .formatted(expected, found.map(URI::toString).orElse("none")));
      }
    }
  }
}
