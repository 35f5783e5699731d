package dev.countermark.format.swift.verify;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What came out.
 *
 * @param signatures that could be read, in the order in which they were looked at
 * @param vouching those roots that vouch for the signers who are trusted
 */
public record VerificationReport(
    List<Finding> findings, List<SignatureSummary> signatures, Set<X509Certificate> vouching) {
  public VerificationReport {
    findings = List.copyOf(findings);
    signatures = List.copyOf(signatures);
    vouching = Collections.unmodifiableSet(new LinkedHashSet<>(vouching));
  }

  /** In which nobody vouches for anybody. */
  public VerificationReport(List<Finding> findings, List<SignatureSummary> signatures) {
    this(findings, signatures, Set.of());
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
    Set<X509Certificate> allVouching = new LinkedHashSet<>(vouching);
    allVouching.addAll(other.vouching);
    return new VerificationReport(allFindings, allSignatures, allVouching);
  }

  /** Why it is refused: the first error. */
  public Optional<Finding> objection() {
    return findings.stream().filter(f -> f.severity() == Severity.ERROR).findFirst();
  }
}
