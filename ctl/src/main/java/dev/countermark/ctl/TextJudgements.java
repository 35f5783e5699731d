package dev.countermark.ctl;

import java.io.PrintWriter;

/** For people: {@code error:} and {@code warn :} begin lines, as clients have them. */
final class TextJudgements implements Judgements {
  private final PrintWriter out;
  private final PrintWriter err;

  TextJudgements(PrintWriter out, PrintWriter err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public void add(Judgement judgement) {
    judgement
        .problem()
        .ifPresent(
            problem ->
                err.println(Printable.of("countermark-ctl: " + judgement.file() + ": " + problem)));
    judgement.report().ifPresent(report -> print(judgement, report));
  }

  @Override
  public void end() {
    out.flush();
    err.flush();
  }

  private void print(Judgement judgement, Report report) {
    String file = judgement.file().toString();
    line("Verifying " + file);
    report.lines().forEach(this::line);
    report.findings().forEach(this::print);
    boolean accepted = judgement.exitCode() == ExitCode.OK;
    line((accepted ? "Accepted " : "Refused ") + file + ": " + counts(report));
    out.println();
  }

  private void print(Report.Told finding) {
    line(
        (finding.isError() ? "error: " : "warn : ")
            + (finding.code().isEmpty() ? "" : finding.code() + ": ")
            + finding.message()
            + (finding.strict() ? " (stricter than the client)" : ""));
  }

  private static String counts(Report report) {
    long errors = report.findings().stream().filter(Report.Told::isError).count();
    return count(errors, "error") + ", " + count(report.findings().size() - errors, "warning");
  }

  private static String count(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  private void line(String text) {
    out.println(Printable.of(text));
  }
}
