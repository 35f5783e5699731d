package dev.countermark.bench.swift;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/**
 * A release of a Swift package: two manifests and a source archive of about 1 MB, mostly noise.
 *
 * @param files by their path in the package
 */
record SampleRelease(String scope, String name, String version, Map<String, byte[]> files) {
  static final int BYTES = 1_000_000;

  private static final int FILE = 0100644;
  private static final int DIRECTORY = 040755;
  private static final byte[] NOISE = noise();

  private static byte[] noise() {
    byte[] noise = new byte[BYTES];
    new Random(1).nextBytes(noise);
    return noise;
  }

  static SampleRelease of(String name, int number) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    String version = "1.0." + number;
    files.put("Package.swift", manifest("5.5", name, version));
    files.put("Package@swift-5.9.swift", manifest("5.9", name, version));
    files.put(
        "Sources/" + name + "/" + name + ".swift",
        ("public let version = \"" + version + "\"\n").getBytes(StandardCharsets.UTF_8));
    files.put("Sources/" + name + "/noise.bin", NOISE);
    return new SampleRelease("bench", name, version, files);
  }

  private static byte[] manifest(String tools, String name, String version) {
    return """
        // swift-tools-version:%1$s
        // %3$s
        import PackageDescription

        let package = Package(
          name: "%2$s",
          products: [.library(name: "%2$s", targets: ["%2$s"])],
          targets: [.target(name: "%2$s", exclude: ["noise.bin"])])
        """
        .formatted(tools, name, version)
        .getBytes(StandardCharsets.UTF_8);
  }

  String id() {
    return scope + "." + name;
  }

  /** {@code scope/name/version}, as addresses have it. */
  String path() {
    return scope + "/" + name + "/" + version;
  }

  /** As the client packs it. */
  byte[] archive() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(BYTES + 4_096);
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(out)) {
      entry(zip, id() + "/", DIRECTORY, new byte[0]);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        entry(zip, id() + "/" + file.getKey(), FILE, file.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing into memory", e);
    }
    return out.toByteArray();
  }

  private static void entry(ZipArchiveOutputStream zip, String name, int mode, byte[] content)
      throws IOException {
    ZipArchiveEntry entry = new ZipArchiveEntry(name);
    entry.setUnixMode(mode);
    entry.setTime(1_700_000_000_000L);
    zip.putArchiveEntry(entry);
    zip.write(content);
    zip.closeArchiveEntry();
  }

  /** Lays the files out as a developer has them. */
  void writeTo(Path directory) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = directory.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
  }
}
