package dev.countermark.format.nuget.verify;

import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.nuget.signature.SignatureType;
import dev.countermark.format.nuget.signature.SignerView;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The lists of certificates by which the user and the source say whom they expect. */
final class TrustLists {
  private final VerificationPolicy policy;
  private final Rules rules;
  private final Map<String, Boolean> allowUntrustedRoot = new HashMap<>();
  private final List<String> contradictions = new ArrayList<>();

  TrustLists(VerificationPolicy policy, Rules rules) {
    this.policy = policy;
    this.rules = rules;
    for (TrustedSigner signer : policy.trustedSigners()) {
      Boolean other =
          allowUntrustedRoot.putIfAbsent(signer.fingerprint(), signer.allowUntrustedRoot());
      if (other != null && other != signer.allowUntrustedRoot()) {
        allowUntrustedRoot.put(signer.fingerprint(), false);
        contradictions.add(signer.fingerprint());
      }
    }
  }

  /** Whether the user knows that this certificate's root is not trusted, and does not mind. */
  boolean allowsUntrustedRoot(X509Certificate certificate) {
    return allowUntrustedRoot.getOrDefault(Fingerprint.of(certificate), false);
  }

  void check(PackageSignature signature, Findings findings) {
    checkTrustedSigners(signature, findings);
    if (policy.mode() != VerificationMode.VERIFY) {
      policy.source().ifPresent(source -> checkSource(signature, source, findings));
    }
  }

  private void checkTrustedSigners(PackageSignature signature, Findings findings) {
    for (String fingerprint : contradictions) {
      findings.warning(
          "NU3040",
          "allowUntrustedRoot is both true and false for %s; false is used."
              .formatted(fingerprint));
    }
    if (policy.trustedSigners().isEmpty()) {
      if (policy.mode() == VerificationMode.RESTORE_REQUIRE) {
        findings.error("NU3034", "There is no list of trusted signers, but one is required.");
      }
      return;
    }
    Optional<SignerView> repository = signature.repositorySigner();
    boolean trusted =
        policy.trustedSigners().stream()
            .anyMatch(
                listed ->
                    listed.kind() == TrustedSigner.Kind.AUTHOR
                        ? signature.primary().type() == SignatureType.AUTHOR
                            && matches(listed.fingerprint(), signature.primary())
                        : repository.isPresent()
                            && matches(listed.fingerprint(), repository.get())
                            && hasOwner(listed.owners(), repository.get()));
    if (!trusted) {
      findings.errorUnless(
          rules.untrusted(), "NU3034", "The package is signed, but not by a trusted signer.");
    }
  }

  private void checkSource(PackageSignature signature, SourceSignatures source, Findings findings) {
    if (source.fingerprints().isEmpty()) {
      if (source.allRepositorySigned()) {
        findings.error(
            "NU3034", "The source says that it signs all packages, but lists no certificate.");
      }
      return;
    }
    Optional<SignerView> repository = signature.repositorySigner();
    if (repository.isEmpty()
        || source.fingerprints().stream().noneMatch(f -> matches(f, repository.get()))) {
      findings.errorUnless(
          rules.untrusted(),
          "NU3034",
          "The package is not signed with a certificate that the source lists.");
    }
  }

  private static boolean matches(String fingerprint, SignerView signer) {
    return fingerprint.equalsIgnoreCase(Fingerprint.of(signer.certificate()));
  }

  private static boolean hasOwner(List<String> demanded, SignerView repository) {
    return demanded.isEmpty()
        || repository
            .repositoryClaim()
            .map(claim -> claim.owners().stream().anyMatch(demanded::contains))
            .orElse(false);
  }
}
