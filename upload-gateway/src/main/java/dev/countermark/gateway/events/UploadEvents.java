package dev.countermark.gateway.events;

import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.NugetRecords.VersionRecord;
import dev.countermark.contracts.OciRecords.ManifestRecord;
import dev.countermark.contracts.PackageFormat;
import dev.countermark.contracts.SwiftRecords.ReleaseRecord;

/** Tells the signers of packages to be signed. */
@FunctionalInterface
public interface UploadEvents {
  /** Media type of a NuGet package in events; it has none of its own. */
  String NUPKG = "application/octet-stream";

  /** Media type of a Swift package's archive. */
  String SOURCE_ARCHIVE = "application/zip";

  /**
   * Returns when the broker has the event.
   *
   * @throws dev.countermark.contracts.Failure.Transient when it did not take it
   */
  void uploaded(PackageFormat format, PackageUploaded upload);

  default void uploaded(ManifestRecord m) {
    uploaded(
        PackageFormat.OCI,
        new PackageUploaded(m.repository(), m.name(), m.digest(), m.mediaType(), m.pushedAt()));
  }

  default void uploaded(ReleaseRecord r) {
    uploaded(
        PackageFormat.SWIFT,
        new PackageUploaded(
            r.repository(),
            r.identity().toString(),
            "sha256:" + r.upload().sha256(),
            SOURCE_ARCHIVE,
            r.acceptedAt()));
  }

  default void uploaded(VersionRecord v) {
    uploaded(
        PackageFormat.NUGET,
        new PackageUploaded(
            v.repository(),
            v.identity().toString(),
            "sha256:" + v.upload().sha256(),
            NUPKG,
            v.acceptedAt()));
  }
}
