package dev.countermark.format.nuget.verify;

import java.util.ArrayList;
import java.util.List;

/** Collects what is found, and whether it lets the package pass. */
final class Findings {
  private final List<Finding> all = new ArrayList<>();
  private boolean refused;

  List<Finding> all() {
    return all;
  }

  /** What a client that keeps quiet about the errors of what it accepts would say. */
  List<Finding> said() {
    return all.stream()
        .map(f -> f.severity() == Severity.ERROR && !refused ? quiet(f) : f)
        .toList();
  }

  private static Finding quiet(Finding finding) {
    return new Finding(finding.code(), Severity.INFO, finding.message(), finding.strict());
  }

  boolean isRefused() {
    return refused;
  }

  void error(String code, String message) {
    add(new Finding(code, Severity.ERROR, message, false));
    refused = true;
  }

  /** What the client overlooks; nobody can forgive it. */
  void strict(String code, String message) {
    add(new Finding(code, Severity.ERROR, message, true));
    refused = true;
  }

  void warning(String code, String message) {
    add(new Finding(code, Severity.WARNING, message, false));
  }

  /** An error that refuses nothing by itself, and is said only when something else does. */
  void passiveError(String code, String message) {
    add(new Finding(code, Severity.ERROR, message, false));
  }

  /** An error, unless it is forgiven. */
  void errorUnless(boolean forgiven, String code, String message) {
    if (forgiven) {
      warning(code, message);
    } else {
      error(code, message);
    }
  }

  /** The package is refused, even if it is only said as a warning. */
  void refusal(boolean saidAsWarning, String code, String message) {
    errorUnless(saidAsWarning, code, message);
    refused = true;
  }

  void addAll(Findings others) {
    others.all.forEach(this::add);
    refused |= others.refused;
  }

  private void add(Finding finding) {
    if (!all.contains(finding)) {
      all.add(finding);
    }
  }
}
