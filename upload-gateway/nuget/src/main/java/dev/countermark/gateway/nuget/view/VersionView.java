package dev.countermark.gateway.nuget.view;

import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.metadata.InvalidNuspecException;
import dev.countermark.format.nuget.metadata.NuGetVersion;
import dev.countermark.format.nuget.metadata.Nuspec;
import java.time.Instant;
import java.util.Optional;

/**
 * One visible version.
 *
 * @param size of the signed package, bytes
 * @param certificate of the signature: SHA-256, upper-case hexadecimal
 * @param generation of the record that it was made from
 * @param weight memory that it takes, bytes, roughly
 */
public record VersionView(
    Identity identity,
    Nuspec nuspec,
    boolean listed,
    Instant published,
    long size,
    String contentHash,
    boolean hasIcon,
    boolean hasReadme,
    boolean hasLicense,
    String certificate,
    long generation,
    int weight) {
  /** Empty for what nobody may see: only signed versions are visible. */
  public static Optional<VersionView> of(VersionRecord record) {
    if (record.state() != State.AVAILABLE || record.signed().isEmpty()) {
      return Optional.empty();
    }
    try {
      byte[] nuspec = record.nuspec().toArray();
      return Optional.of(
          new VersionView(
              record.identity(),
              Nuspec.parse(nuspec),
              record.listed(),
              record.acceptedAt(),
              record.signed().get().file().size(),
              record.contentHash(),
              record.icon().isPresent(),
              record.readme().isPresent(),
              record.license().isPresent(),
              record.signed().get().signature().certificate(),
              record.generation(),
              1_000 + 2 * nuspec.length));
    } catch (InvalidNuspecException e) {
      throw new IllegalStateException(
          "the stored nuspec of " + record.identity() + " was accepted and cannot be read", e);
    }
  }

  public NuGetVersion version() {
    return nuspec.version();
  }

  public boolean isSemVer2() {
    return nuspec.isSemVer2();
  }
}
