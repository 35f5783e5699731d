package dev.countermark.ctl;

import dev.countermark.format.nupkg.verify.Finding;
import dev.countermark.format.nupkg.verify.Severity;
import dev.countermark.format.nupkg.verify.SignatureSummary;
import dev.countermark.format.nupkg.verify.VerificationReport;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Collectors;

/** For people, in the words and with the line starts of {@code dotnet nuget verify}. */
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

  private void print(Judgement judgement, VerificationReport report) {
    String file = judgement.file().toString();
    line("Verifying " + file);
    report.contentHash().ifPresent(hash -> line("Content hash: " + hash));
    report.signatures().forEach(this::print);
    report.findings().forEach(this::print);
    boolean accepted = judgement.exitCode() == ExitCode.OK;
    line((accepted ? "Accepted " : "Refused ") + file + ": " + counts(report));
    out.println();
  }

  private void print(SignatureSummary signature) {
    String type = signature.type().name();
    String name = type.charAt(0) + type.substring(1).toLowerCase(Locale.ROOT);
    line("Signature type: " + name + (signature.countersignature() ? " (countersignature)" : ""));
    signature.serviceIndex().ifPresent(url -> line("  Service index: " + url));
    if (!signature.owners().isEmpty()) {
      line("  Owners: " + String.join(", ", signature.owners()));
    }
    line("  Subject name: " + signature.subject());
    line("  SHA256 hash: " + signature.fingerprint());
    line("  Issued by: " + signature.issuer());
    line("  Valid from: " + signature.notBefore() + " to " + signature.notAfter());
    line("  Signing time, as claimed: " + signature.signingTime());
    line(
        "  Timestamps: "
            + (signature.timestamps().isEmpty()
                ? "none"
                : signature.timestamps().stream()
                    .map(Instant::toString)
                    .collect(Collectors.joining(", "))));
  }

  private void print(Finding finding) {
    line(
        (finding.severity() == Severity.ERROR ? "error: " : "warn : ")
            + (finding.code().isEmpty() ? "" : finding.code() + ": ")
            + finding.message()
            + (finding.strict() ? " (stricter than the client)" : ""));
  }

  private static String counts(VerificationReport report) {
    long errors = report.findings().stream().filter(f -> f.severity() == Severity.ERROR).count();
    return count(errors, "error") + ", " + count(report.findings().size() - errors, "warning");
  }

  private static String count(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  private void line(String text) {
    out.println(Printable.of(text));
  }
}
