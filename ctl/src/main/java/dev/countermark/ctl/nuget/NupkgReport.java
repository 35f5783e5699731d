package dev.countermark.ctl.nuget;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.ctl.Report;
import dev.countermark.format.nuget.verify.SignatureSummary;
import dev.countermark.format.nuget.verify.VerificationReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A NuGet package, in the words of {@code dotnet nuget verify}. */
record NupkgReport(VerificationReport report) implements Report {
  @Override
  public boolean accepted() {
    return report.accepted();
  }

  @Override
  public List<Told> findings() {
    return report.findings().stream()
        .map(f -> new Told(f.code(), lower(f.severity()), f.message(), f.strict()))
        .toList();
  }

  @Override
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    report.contentHash().ifPresent(hash -> lines.add("Content hash: " + hash));
    report.signatures().forEach(signature -> add(signature, lines));
    return lines;
  }

  private static void add(SignatureSummary signature, List<String> lines) {
    String type = signature.type().name();
    String name = type.charAt(0) + type.substring(1).toLowerCase(Locale.ROOT);
    lines.add(
        "Signature type: " + name + (signature.countersignature() ? " (countersignature)" : ""));
    signature.serviceIndex().ifPresent(url -> lines.add("  Service index: " + url));
    if (!signature.owners().isEmpty()) {
      lines.add("  Owners: " + String.join(", ", signature.owners()));
    }
    lines.add("  Subject name: " + signature.subject());
    lines.add("  SHA256 hash: " + signature.fingerprint());
    lines.add("  Issued by: " + signature.issuer());
    lines.add("  Valid from: " + signature.notBefore() + " to " + signature.notAfter());
    lines.add("  Signing time, as claimed: " + signature.signingTime());
    lines.add(
        "  Timestamps: "
            + (signature.timestamps().isEmpty()
                ? "none"
                : signature.timestamps().stream()
                    .map(Instant::toString)
                    .collect(Collectors.joining(", "))));
  }

  @Override
  public void describe(ObjectNode file) {
    report.contentHash().ifPresent(hash -> file.put("contentHash", hash));
    ArrayNode signatures = file.putArray("signatures");
    report.signatures().forEach(s -> describe(s, signatures.addObject()));
  }

  private static void describe(SignatureSummary signature, ObjectNode node) {
    node.put("type", lower(signature.type()));
    node.put("countersignature", signature.countersignature());
    signature.serviceIndex().ifPresent(url -> node.put("serviceIndex", url.toString()));
    ArrayNode owners = node.putArray("owners");
    signature.owners().forEach(owners::add);
    node.put("subject", signature.subject());
    node.put("issuer", signature.issuer());
    node.put("fingerprint", signature.fingerprint());
    node.put("notBefore", signature.notBefore().toString());
    node.put("notAfter", signature.notAfter().toString());
    node.put("signingTime", signature.signingTime().toString());
    ArrayNode timestamps = node.putArray("timestamps");
    signature.timestamps().forEach(time -> timestamps.add(time.toString()));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
