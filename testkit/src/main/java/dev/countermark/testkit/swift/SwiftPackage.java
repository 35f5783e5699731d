package dev.countermark.testkit.swift;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/**
 * A small package that builds: a library with one public value.
 *
 * @param files by path below the package's directory, in the order of the archive
 * @param metadata {@code package-metadata.json}
 */
public record SwiftPackage(
    String scope,
    String name,
    String version,
    Map<String, byte[]> files,
    Optional<String> metadata) {
  public static final String MANIFEST = "Package.swift";
  public static final String MANIFEST_5_9 = "Package@swift-5.9.swift";

  private static final int FILE = 0100644;
  private static final int DIRECTORY = 040755;

  public SwiftPackage {
    files = new LinkedHashMap<>(files);
  }

  /** With a manifest of its own for newer compilers. */
  public static SwiftPackage of(String name, String version) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(MANIFEST, utf8(manifest("5.5", name)));
    files.put(MANIFEST_5_9, utf8(manifest("5.9", name)));
    files.put(
        "Sources/" + name + "/" + name + ".swift",
        utf8("public let greeting = \"hello from " + name + " " + version + "\"\n"));
    return new SwiftPackage("demo", name, version, files, Optional.empty());
  }

  public static String manifest(String toolsVersion, String name) {
    return """
        // swift-tools-version:%1$s
        import PackageDescription

        let package = Package(
          name: "%2$s",
          products: [.library(name: "%2$s", targets: ["%2$s"])],
          targets: [.target(name: "%2$s")])
        """
        .formatted(toolsVersion, name);
  }

  /** One that needs another one, and nothing else. */
  public static SwiftPackage dependent(SwiftPackage on) {
    String manifest =
        """
        // swift-tools-version:5.9
        import PackageDescription
        let package = Package(
          name: "App", dependencies: [.package(id: "%s", exact: "%s")], targets: [])
        """
            .formatted(on.id(), on.version());
    return new SwiftPackage(
        on.scope(), "App", "1.0.0", Map.of(MANIFEST, utf8(manifest)), Optional.empty());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public SwiftPackage with(String file, byte[] content) {
    Map<String, byte[]> changed = new LinkedHashMap<>(files);
    changed.put(file, content);
    return new SwiftPackage(scope, name, version, changed, metadata);
  }

  public SwiftPackage with(String file, String content) {
    return with(file, utf8(content));
  }

  public SwiftPackage without(String file) {
    Map<String, byte[]> changed = new LinkedHashMap<>(files);
    changed.remove(file);
    return new SwiftPackage(scope, name, version, changed, metadata);
  }

  public SwiftPackage metadata(String json) {
    return new SwiftPackage(scope, name, version, files, Optional.of(json));
  }

  /** The same by another name. */
  public SwiftPackage named(String otherScope, String otherVersion) {
    return new SwiftPackage(otherScope, name, otherVersion, files, metadata);
  }

  public String id() {
    return scope + "." + name;
  }

  /** {@code scope/name/version}, as addresses have it. */
  public String path() {
    return scope + "/" + name + "/" + version;
  }

  public byte[] file(String path) {
    return files.get(path).clone();
  }

  /** The same bytes every time, with the modes that {@code publish} stores. */
  public byte[] archive() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
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

  public static void entry(ZipArchiveOutputStream zip, String name, int mode, byte[] content)
      throws IOException {
    ZipArchiveEntry entry = new ZipArchiveEntry(name);
    entry.setUnixMode(mode);
    entry.setTime(1_700_000_000_000L);
    zip.putArchiveEntry(entry);
    zip.write(content);
    zip.closeArchiveEntry();
  }

  /** Lays the files out as a developer has them. */
  public Path writeTo(Path directory) {
    try {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        Path path = directory.resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.write(path, file.getValue());
      }
      if (metadata.isPresent()) {
        Files.writeString(directory.resolve("package-metadata.json"), metadata.get());
      }
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
