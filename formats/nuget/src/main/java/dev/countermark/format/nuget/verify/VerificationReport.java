package dev.countermark.format.nuget.verify;

import java.util.List;
import java.util.Optional;

/**
 * What the verification of a package found.
 *
 * @param signatures the primary one first; empty when it cannot be read
 * @param contentHash Base64 of SHA-512 over the package without its signature, as lock files have
 *     it; empty when the archive cannot be read
 * @param accepted whether the package may be used. In a restore the client accepts some packages
 *     whose signature it only warns about, and refuses others with nothing but a warning
 */
public record VerificationReport(
    List<Finding> findings,
    List<SignatureSummary> signatures,
    Optional<String> contentHash,
    boolean accepted) {
  public VerificationReport {
    findings = List.copyOf(findings);
    signatures = List.copyOf(signatures);
  }

  public boolean hasErrors() {
    return findings.stream().anyMatch(f -> f.severity() == Severity.ERROR);
  }
}
