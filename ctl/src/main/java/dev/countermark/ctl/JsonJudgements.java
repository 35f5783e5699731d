package dev.countermark.ctl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;

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

  private static void describe(Report report, boolean accepted, ObjectNode file) {
    file.put("accepted", accepted);
    report.describe(file);
    ArrayNode findings = file.putArray("findings");
    report.findings().forEach(f -> describe(f, findings.addObject()));
  }

  private static void describe(Report.Told finding, ObjectNode node) {
    if (!finding.code().isEmpty()) {
      node.put("code", finding.code());
    }
    node.put("severity", finding.severity());
    node.put("message", finding.message());
    node.put("strict", finding.strict());
  }
}
