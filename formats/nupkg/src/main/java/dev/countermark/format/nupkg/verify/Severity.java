package dev.countermark.format.nupkg.verify;

/** How loud the client says it. */
public enum Severity {
  ERROR,
  WARNING,
  INFO
}
