package dev.countermark.format.swift.verify;

/** Whether it is a reason to refuse. */
public enum Severity {
  ERROR,
  WARNING
}
