package dev.countermark.gateway.swift;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Source archives of small packages. */
final class Archives {
  private Archives() {}

  static byte[] sound() {
    return sound("a");
  }

  /** With two more manifests. */
  static byte[] sound(String content) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("lib/Package.swift", manifest("5.7"));
    files.put("lib/Package@swift-5.9.swift", manifest("5.9"));
    files.put("lib/Package@swift-6.swift", manifest("6.0"));
    files.put("lib/Sources/Lib/Lib.swift", "// " + content + "\n");
    return zip(files);
  }

  static String manifest(String tools) {
    return "// swift-tools-version:"
        + tools
        + "\nimport PackageDescription\nlet package ="
        + " Package(name: \"Lib\", targets: [.target(name: \"Lib\")])\n";
  }

  static byte[] zip(Map<String, String> files) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, String> file : files.entrySet()) {
        ZipEntry entry = new ZipEntry(file.getKey());
        entry.setTime(1_700_000_000_000L);
        zip.putNextEntry(entry);
        zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
