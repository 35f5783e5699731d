package dev.countermark.gateway.nuget;

import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.ingest.InspectedPackage;
import dev.countermark.format.nuget.ingest.InspectedSymbols;
import dev.countermark.format.nuget.ingest.PackageInspector;
import dev.countermark.format.nuget.ingest.RefusedPackageException;
import dev.countermark.format.nuget.metadata.Strictness;
import dev.countermark.gateway.content.IncomingBody;
import dev.countermark.gateway.content.Spool;
import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.kit.Edge;
import dev.countermark.gateway.kit.Failed;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.concurrent.CompletionStage;
import java.util.zip.ZipFile;

/** Receives what is pushed on the local disk, and examines it there. */
final class PackageIntake {
  /** Bytes that a form has beside the package. */
  private static final int FORM = 128 << 10;

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
   * Receives the body of a push, once there is room for the largest one.
   *
   * @param use what is done with it, on a thread that may block
   */
  <T> CompletionStage<T> receive(IncomingBody body, IncomingBody.Use<T> use) throws IOException {
    spool.requireRoom(largest);
    return body.whole(largest + FORM, this::tooLarge, piece -> Edge.receiving(() -> use.of(piece)));
  }

  private Failed tooLarge() {
    return new Failed(413, "The package is larger than " + (largest >> 20) + " MB.");
  }

  /**
   * @throws Failed 413 when it is too large
   */
  Spool receive(PackagePushes.Request request) throws IOException {
    try {
      return spool.receive(
          to -> FirstPart.copy(request.body(), request.contentType(), to), largest, "SHA-512");
    } catch (Spool.TooLargeException e) {
      throw tooLarge();
    }
  }

  /**
   * @param into whose settings it is judged by
   * @throws Failed 400 when it is no package that clients could use
   */
  InspectedPackage inspect(Spool file, RepositoryRecord into) throws IOException {
    try {
      return inspector.inspect(file.path(), file.channel(), clock.instant(), strictness(into));
    } catch (RefusedPackageException e) {
      throw new Failed(400, e.getMessage());
    }
  }

  /**
   * @param into whose settings it is judged by
   * @throws Failed 400 when it is no symbols package
   */
  InspectedSymbols inspectSymbols(Spool file, RepositoryRecord into) throws IOException {
    try {
      return inspector.inspectSymbols(
          file.path(), file.channel(), clock.instant(), strictness(into));
    } catch (RefusedPackageException e) {
      throw new Failed(400, e.getMessage());
    }
  }

  private static Strictness strictness(RepositoryRecord into) {
    return into.settings(new NugetFormat()).strictness();
  }

  /**
   * Takes a file out of an archive that was examined.
   *
   * @param size of the file, bytes
   */
  Spool extract(ZipFile archive, String entry, long size) throws IOException {
    return spool.receive(
        to -> {
          try (InputStream in = archive.getInputStream(archive.getEntry(entry))) {
            in.transferTo(to);
          }
        },
        size);
  }
}
