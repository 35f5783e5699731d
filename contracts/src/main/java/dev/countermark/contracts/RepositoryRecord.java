package dev.countermark.contracts;

import dev.countermark.contracts.NugetRecords.NugetSettings;
import dev.countermark.contracts.OciRecords.OciSettings;
import dev.countermark.contracts.SwiftRecords.SwiftSettings;
import java.time.Instant;

/** A repository and its settings for each format; created once, changed by compare-and-set. */
public record RepositoryRecord(
    long generation,
    RepositoryName repository,
    Instant createdAt,
    OciSettings oci,
    NugetSettings nuget,
    SwiftSettings swift) {
  public RepositoryRecord {
    oci = oci == null ? OciSettings.defaults() : oci;
    nuget = nuget == null ? NugetSettings.defaults() : nuget;
    swift = swift == null ? SwiftSettings.defaults() : swift;
  }

  /** With default settings for every format but OCI. */
  public RepositoryRecord(
      long generation, RepositoryName repository, Instant createdAt, OciSettings oci) {
    this(generation, repository, createdAt, oci, null, null);
  }
}
