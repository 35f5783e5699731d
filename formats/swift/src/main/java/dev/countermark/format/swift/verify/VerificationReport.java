package dev.countermark.format.swift.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What came out.
 *
 * @param signatures that could be read, in the order in which they were looked at
 */
public record VerificationReport(List<Finding> findings, List<SignatureSummary> signatures) {
  public VerificationReport {
    findings = List.copyOf(findings);
    signatures = List.copyOf(signatures);
  }

  /** Whether nothing that was looked at is a reason to refuse. */
  public boolean accepted() {
    return findings.stream().noneMatch(f -> f.severity() == Severity.ERROR);
  }

  /** Both together, this one first. */
  public VerificationReport and(VerificationReport other) {
    List<Finding> allFindings = new ArrayList<>(findings);
    allFindings.addAll(other.findings);
    List<SignatureSummary> allSignatures = new ArrayList<>(signatures);
    allSignatures.addAll(other.signatures);
    return new VerificationReport(allFindings, allSignatures);
  }

  /** Why it is refused: the first error. */
  public Optional<Finding> objection() {
    return findings.stream().filter(f -> f.severity() == Severity.ERROR).findFirst();
  }
}
