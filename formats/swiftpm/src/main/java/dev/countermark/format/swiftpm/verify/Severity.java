package dev.countermark.format.swiftpm.verify;

/** Whether it is a reason to refuse. */
public enum Severity {
  ERROR,
  WARNING
}
