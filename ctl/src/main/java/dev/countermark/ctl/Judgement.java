package dev.countermark.ctl;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What is known of one file.
 *
 * @param report empty when the file could not be read
 * @param problem why it could not be read
 */
record Judgement(Path file, Optional<Report> report, Optional<String> problem) {
  static Judgement of(Path file, Report report) {
    return new Judgement(file, Optional.of(report), Optional.empty());
  }

  static Judgement unreadable(Path file, UnreadableException problem) {
    return new Judgement(file, Optional.empty(), Optional.of(problem.reason()));
  }

  int exitCode() {
    return report
        .map(
            r ->
                r.accepted() && r.findings().stream().noneMatch(Report.Told::isError)
                    ? ExitCode.OK
                    : ExitCode.REFUSED)
        .orElse(ExitCode.NO_JUDGEMENT);
  }
}
