package dev.countermark.ctl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.format.nupkg.verify.Finding;
import dev.countermark.format.nupkg.verify.SignatureSummary;
import dev.countermark.format.nupkg.verify.VerificationReport;
import java.io.PrintWriter;
import java.util.Locale;

/** For programs: one document, whose form is described in {@code docs/ctl.md}. */
final class JsonJudgements implements Judgements {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final PrintWriter out;
  private final ObjectNode document = JSON.createObjectNode();
  private final ArrayNode files = document.putArray("files");

  JsonJudgements(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void add(Judgement judgement) {
    ObjectNode file = files.addObject();
    file.put("file", judgement.file().toString());
    judgement.problem().ifPresent(problem -> file.put("problem", problem));
    judgement
        .report()
        .ifPresent(report -> describe(report, judgement.exitCode() == ExitCode.OK, file));
  }

  @Override
  public void end() {
    try {
      out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree that is no JSON", e);
    }
    out.flush();
  }

  private static void describe(VerificationReport report, boolean accepted, ObjectNode file) {
    file.put("accepted", accepted);
    report.contentHash().ifPresent(hash -> file.put("contentHash", hash));
    ArrayNode signatures = file.putArray("signatures");
    report.signatures().forEach(s -> describe(s, signatures.addObject()));
    ArrayNode findings = file.putArray("findings");
    report.findings().forEach(f -> describe(f, findings.addObject()));
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

  private static void describe(Finding finding, ObjectNode node) {
    if (!finding.code().isEmpty()) {
      node.put("code", finding.code());
    }
    node.put("severity", lower(finding.severity()));
    node.put("message", finding.message());
    node.put("strict", finding.strict());
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
