package dev.countermark.ctl.swift;

import dev.countermark.ctl.UnreadableException;
import dev.countermark.format.swift.archive.ArchiveLimits;
import dev.countermark.format.swift.archive.InvalidArchiveException;
import dev.countermark.format.swift.archive.SourceArchive;
import dev.countermark.format.swift.manifest.MalformedManifestSignatureException;
import dev.countermark.format.swift.manifest.Manifest;
import dev.countermark.format.swift.manifest.ManifestSignature;
import dev.countermark.format.swift.signature.ContentHash;
import dev.countermark.format.swift.signature.HashAlgorithm;
import dev.countermark.format.swift.verify.Finding;
import dev.countermark.format.swift.verify.Finding.Kind;
import dev.countermark.format.swift.verify.ReleaseVerifier;
import dev.countermark.format.swift.verify.Severity;
import dev.countermark.format.swift.verify.VerificationReport;
import dev.countermark.format.zip.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Archives, manifests and whole releases as they lie on a disk. */
final class SwiftFiles {
  private static final int MAX_MANIFEST = 2 << 20;
  private static final int MAX_SIGNATURE = 64 << 10;

  private final ReleaseVerifier verifier;

  SwiftFiles(ReleaseVerifier verifier) {
    this.verifier = verifier;
  }

  /**
   * Judges a file by its name, or a folder as a release.
   *
   * @param signature of an archive, when it does not lie beside it
   */
  SwiftReport verify(Path file, Optional<Path> signature) {
    try {
      if (Files.isDirectory(file)) {
        return release(file, signature);
      }
      return isManifest(file) ? manifest(file) : archive(file, signature, Map.of());
    } catch (IOException e) {
      throw new UnreadableException(file, e);
    }
  }

  private static boolean isManifest(Path file) {
    return file.getFileName().toString().endsWith(".swift");
  }

  private SwiftReport manifest(Path file) throws IOException {
    return new SwiftReport(
        verifier.manifest(file.getFileName().toString(), small(file, MAX_MANIFEST)),
        Optional.empty());
  }

  /** One archive, its signature and the manifests as they are served, in one folder. */
  private SwiftReport release(Path folder, Optional<Path> signature) throws IOException {
    List<Path> archives;
    Map<String, byte[]> manifests = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.sorted().toList();
      archives = all.stream().filter(f -> f.toString().endsWith(".zip")).toList();
      for (Path each : all) {
        if (Manifest.isManifest(each.getFileName().toString())) {
          manifests.put(each.getFileName().toString(), small(each, MAX_MANIFEST));
        }
      }
    }
    if (archives.size() != 1 || manifests.isEmpty()) {
      throw new UnreadableException(
          folder, "a release is a folder with one .zip file and its signed Package*.swift files");
    }
    return archive(archives.get(0), signature, manifests);
  }

  /**
   * @param served manifests that lie beside it; without any, those in it are looked at
   */
  private SwiftReport archive(Path file, Optional<Path> signature, Map<String, byte[]> served)
      throws IOException {
    Optional<byte[]> cms = signature(file, signature);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteSource bytes = ByteSource.of(channel);
      byte[] sha256 = ContentHash.of(bytes).by(HashAlgorithm.SHA256);
      VerificationReport report =
          verifier.release(ContentHash.of(sha256, bytes), cms, served).and(content(bytes, served));
      return new SwiftReport(report, Optional.of(HexFormat.of().formatHex(sha256)));
    }
  }

  private VerificationReport content(ByteSource archive, Map<String, byte[]> served)
      throws IOException {
    VerificationReport report = new VerificationReport(List.of(), List.of());
    try {
      SourceArchive read = SourceArchive.read(archive, ArchiveLimits.defaults());
      for (Manifest manifest : read.manifests()) {
        if (served.isEmpty() && isSigned(manifest)) {
          report = report.and(verifier.manifest(manifest.file(), manifest.bytes()));
        } else if (served.isEmpty()) {
          report =
              report.and(
                  finding(
                      Kind.UNSIGNED,
                      Severity.WARNING,
                      manifest.file()
                          + ": is not signed inside of the archive; clients look at the one that"
                          + " the registry serves"));
        } else if (!served.containsKey(manifest.file())) {
          report =
              report.and(
                  finding(
                      Kind.UNSIGNED,
                      Severity.ERROR,
                      manifest.file() + ": is in the archive, but not beside it"));
        }
      }
      for (String warning : read.warnings()) {
        report = report.and(finding(Kind.ARCHIVE, Severity.WARNING, warning));
      }
    } catch (InvalidArchiveException e) {
      report = report.and(finding(Kind.ARCHIVE, Severity.ERROR, e.getMessage()));
    }
    return report;
  }

  private static boolean isSigned(Manifest manifest) {
    try {
      return ManifestSignature.find(manifest.bytes()).isPresent();
    } catch (MalformedManifestSignatureException e) {
      return true;
    }
  }

  /** What is in an archive is more than the client looks at. */
  private static VerificationReport finding(Kind kind, Severity severity, String message) {
    return new VerificationReport(
        List.of(new Finding(kind, severity, message, severity == Severity.ERROR)), List.of());
  }

  /** The given file, or {@code NAME.zip.sig} or {@code NAME.sig} beside the archive. */
  private static Optional<byte[]> signature(Path archive, Optional<Path> given) throws IOException {
    if (given.isPresent()) {
      return Optional.of(small(given.get(), MAX_SIGNATURE));
    }
    String name = archive.getFileName().toString();
    for (String beside : List.of(name + ".sig", name.replaceFirst("\\.zip$", "") + ".sig")) {
      Path file = archive.resolveSibling(beside);
      if (Files.isRegularFile(file)) {
        return Optional.of(small(file, MAX_SIGNATURE));
      }
    }
    return Optional.empty();
  }

  private static byte[] small(Path file, int limit) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new UnreadableException(file, "has more than " + limit + " bytes");
      }
      return bytes;
    } catch (IOException e) {
      throw new UnreadableException(file, e);
    }
  }
}
