package dev.countermark.ctl.swift;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.ctl.Report;
import dev.countermark.format.swift.verify.SignatureSummary;
import dev.countermark.format.swift.verify.VerificationReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A Swift archive, manifest or release.
 *
 * @param checksum of the archive, as {@code swift package compute-checksum} prints it
 */
record SwiftReport(VerificationReport report, Optional<String> checksum) implements Report {
  @Override
  public boolean accepted() {
    return report.accepted();
  }

  @Override
  public List<Told> findings() {
    return report.findings().stream()
        .map(f -> new Told("", lower(f.severity()), f.message(), f.strict()))
        .toList();
  }

  @Override
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    checksum.ifPresent(sha256 -> lines.add("Checksum: " + sha256));
    for (SignatureSummary signature : report.signatures()) {
      lines.add("Signature over: " + signature.over());
      lines.add("  Signer: " + signature.signer());
      lines.add("  Subject name: " + signature.subject());
      lines.add("  SHA256 hash: " + signature.fingerprint());
      lines.add("  Issued by: " + signature.issuer());
      lines.add("  Valid from: " + signature.notBefore() + " to " + signature.notAfter());
    }
    return lines;
  }

  @Override
  public void describe(ObjectNode file) {
    checksum.ifPresent(sha256 -> file.put("checksum", sha256));
    ArrayNode signatures = file.putArray("signatures");
    for (SignatureSummary signature : report.signatures()) {
      ObjectNode node = signatures.addObject();
      node.put("over", signature.over());
      signature.signer().commonName().ifPresent(name -> node.put("name", name));
      signature.signer().organizationalUnit().ifPresent(u -> node.put("organizationalUnit", u));
      signature.signer().organization().ifPresent(o -> node.put("organization", o));
      node.put("subject", signature.subject());
      node.put("issuer", signature.issuer());
      node.put("fingerprint", signature.fingerprint());
      node.put("notBefore", signature.notBefore().toString());
      node.put("notAfter", signature.notAfter().toString());
    }
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
