package dev.countermark.contracts;

/** The Kafka topics (design, section 5). */
public final class Topics {
  public static final String UPLOADS_OCI = "countermark.uploads.oci";
  public static final String RESYNCS_OCI = "countermark.resyncs.oci";
  public static final String UPLOADS_NUGET = "countermark.uploads.nuget";
  public static final String RESYNCS_NUGET = "countermark.resyncs.nuget";
  public static final String UPLOADS_SWIFT = "countermark.uploads.swift";
  public static final String RESYNCS_SWIFT = "countermark.resyncs.swift";
  public static final String OUTCOMES = "countermark.outcomes";
  public static final String DEAD_LETTERS = "countermark.dead-letters";

  private Topics() {}
}
