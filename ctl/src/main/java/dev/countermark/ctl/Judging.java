package dev.countermark.ctl;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;

/** Judges files, each for itself, and tells of each. */
public final class Judging {
  private Judging() {}

  /**
   * @param line whose command does this
   * @param json whether it is told as one JSON document
   * @param verifier of one file; may throw {@link UnreadableException}
   * @return exit code: the worst of all files
   */
  public static int all(
      CommandLine line, boolean json, List<Path> files, Function<Path, Report> verifier) {
    Judgements judgements =
        json ? new JsonJudgements(line.getOut()) : new TextJudgements(line.getOut(), line.getErr());
    int exitCode = ExitCode.OK;
    for (Path file : files) {
      Judgement judgement = judge(file, verifier);
      judgements.add(judgement);
      exitCode = Math.max(exitCode, judgement.exitCode());
    }
    judgements.end();
    return exitCode;
  }

  private static Judgement judge(Path file, Function<Path, Report> verifier) {
    try {
      return Judgement.of(file, verifier.apply(file));
    } catch (UnreadableException e) {
      return Judgement.unreadable(file, e);
    }
  }
}
