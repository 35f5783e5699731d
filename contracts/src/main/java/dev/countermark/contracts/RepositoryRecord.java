package dev.countermark.contracts;

import dev.countermark.contracts.NugetRecords.NugetSettings;
import dev.countermark.contracts.OciRecords.OciSettings;
import java.time.Instant;

/** A repository and its settings for each format; created once, changed by compare-and-set. */
public record RepositoryRecord(
    long generation,
    RepositoryName repository,
    Instant createdAt,
    OciSettings oci,
    NugetSettings nuget) {
  public RepositoryRecord {
    oci = oci == null ? OciSettings.defaults() : oci;
    nuget = nuget == null ? NugetSettings.defaults() : nuget;
  }

  /** With default settings for every format but OCI. */
  public RepositoryRecord(
      long generation, RepositoryName repository, Instant createdAt, OciSettings oci) {
    this(generation, repository, createdAt, oci, null);
  }
}
