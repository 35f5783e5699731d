package dev.countermark.gateway.nuget;

import dev.countermark.format.nuget.ingest.InspectedPackage;
import dev.countermark.format.nuget.ingest.PackageInspector;
import dev.countermark.format.nuget.ingest.RefusedPackageException;
import dev.countermark.format.nuget.metadata.Nuspec;
import dev.countermark.gateway.content.Spool;
import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.kit.Failed;
import java.io.IOException;
import java.time.Clock;

/** Receives what is pushed on the local disk, and examines it there. */
final class PackageIntake {
  private final SpoolFolder spool;
  private final PackageInspector inspector;
  private final long largest;
  private final Clock clock;

  /**
   * @param largest package, bytes
   */
  PackageIntake(SpoolFolder spool, PackageInspector inspector, long largest, Clock clock) {
    this.spool = spool;
    this.inspector = inspector;
    this.largest = largest;
    this.clock = clock;
  }

  /**
   * @throws Failed 413 when it is too large
   */
  Spool receive(PackagePushes.Request request) throws IOException {
    try {
      return spool.receive(
          to -> FirstPart.copy(request.body(), request.contentType(), to), largest, "SHA-512");
    } catch (Spool.TooLargeException e) {
      throw new Failed(413, "The package is larger than " + (largest >> 20) + " MB.");
    }
  }

  /**
   * @throws Failed 400 when it is no package that clients could use
   */
  InspectedPackage inspect(Spool file) throws IOException {
    try {
      return inspector.inspect(file.path(), file.channel(), clock.instant());
    } catch (RefusedPackageException e) {
      throw new Failed(400, e.getMessage());
    }
  }

  /**
   * @throws Failed 400 when it is no symbols package
   */
  Nuspec inspectSymbols(Spool file) throws IOException {
    try {
      return inspector.inspectSymbols(file.path(), file.channel(), clock.instant());
    } catch (RefusedPackageException e) {
      throw new Failed(400, e.getMessage());
    }
  }
}
