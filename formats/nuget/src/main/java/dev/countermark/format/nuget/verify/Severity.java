package dev.countermark.format.nuget.verify;

/** How loud the client says it. */
public enum Severity {
  ERROR,
  WARNING,
  INFO
}
