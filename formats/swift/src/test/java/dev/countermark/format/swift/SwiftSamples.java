package dev.countermark.format.swift;

import dev.countermark.format.swift.archive.ArchiveLimits;
import dev.countermark.format.swift.archive.InvalidArchiveException;
import dev.countermark.format.swift.archive.SourceArchive;
import dev.countermark.format.swift.manifest.Manifest;
import dev.countermark.format.swift.manifest.ManifestSignature;
import dev.countermark.format.swift.signature.HashAlgorithm;
import dev.countermark.format.swift.signature.SignaturePreparation;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.TestArchives;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Packages as people publish them. */
public final class SwiftSamples {
  public static final String PACKAGE_SWIFT =
      """
      // swift-tools-version:5.7
      import PackageDescription

      let package = Package(
          name: "Lib",
          products: [.library(name: "Lib", targets: ["Lib"])],
          targets: [.target(name: "Lib")]
      )
      """;
  public static final String PACKAGE_5_9 = PACKAGE_SWIFT.replace("5.7", "5.9");

  private static final long FILE = 0100644L << 16;
  private static final long FOLDER = 040755L << 16 | 0x10;
  private static final long LINK = 0120777L << 16;
  private static final int UNIX = 3 << 8 | 20;

  private SwiftSamples() {}

  public static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** An archive that somebody may publish: two manifests, a source file and a link. */
  public static TestArchives archive() {
    return archive("acme.Lib");
  }

  /** The same in another root folder. */
  public static TestArchives archive(String root) {
    TestArchives archive = new TestArchives();
    folder(archive, root + "/");
    file(archive, root + "/Package.swift", PACKAGE_SWIFT);
    folder(archive, root + "/Sources/");
    folder(archive, root + "/Sources/Lib/");
    file(archive, root + "/Sources/Lib/Lib.swift", "public let answer = 42\n".repeat(50));
    file(archive, root + "/Package@swift-5.9.swift", PACKAGE_5_9);
    link(archive, root + "/Sources/Lib/Readme.md", "../../README.md");
    file(archive, root + "/README.md", "# Lib\n");
    return archive;
  }

  /** Adds a compressed file. */
  public static TestArchives.Entry file(TestArchives archive, String name, String content) {
    TestArchives.Entry entry = archive.deflated(name, utf8(content));
    entry.versionMadeBy = UNIX;
    entry.externalAttributes = FILE;
    return entry;
  }

  public static TestArchives.Entry folder(TestArchives archive, String name) {
    TestArchives.Entry entry = archive.stored(name, new byte[0]);
    entry.versionMadeBy = UNIX;
    entry.externalAttributes = FOLDER;
    return entry;
  }

  public static TestArchives.Entry link(TestArchives archive, String name, String target) {
    TestArchives.Entry entry = archive.stored(name, utf8(target));
    entry.versionMadeBy = UNIX;
    entry.externalAttributes = LINK;
    return entry;
  }

  /** The archive with its manifests signed, as {@code publish} uploads it when it signs. */
  public static byte[] withSignedManifests(byte[] archive, SwiftPki.Signer signer)
      throws InvalidArchiveException, IOException {
    ByteSource source = ByteSource.of(archive);
    SourceArchive read = SourceArchive.read(source, ArchiveLimits.defaults());
    Map<String, byte[]> signed = new HashMap<>();
    for (Manifest manifest : read.manifests()) {
      signed.put(
          manifest.file(),
          ManifestSignature.append(manifest.bytes(), sign(manifest.bytes(), signer)));
    }
    ByteSource embedded = read.withManifests(signed).over(source);
    return embedded.read(0, Math.toIntExact(embedded.size()));
  }

  /** A detached signature over an archive, a manifest or metadata. */
  public static byte[] sign(byte[] content, SwiftPki.Signer signer) {
    SignaturePreparation preparation =
        SignaturePreparation.of(HashAlgorithm.SHA256.hash(content), signer.chain());
    return preparation.finish(signer.sign(preparation.digestToSign()));
  }
}
