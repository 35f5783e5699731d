package dev.countermark.signer.swift;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Source archives, written and read by the JDK. */
final class Archives {
  static final byte[] MANIFEST =
      utf8(
          """
          // swift-tools-version:5.9
          import PackageDescription
          let package = Package(name: "LinkedList", targets: [.target(name: "LinkedList")])
          """);
  static final byte[] ALTERNATE =
      utf8(
          """
          // swift-tools-version:5.7
          import PackageDescription
          let package = Package(name: "LinkedList", targets: [.target(name: "LinkedList")])
          """);

  private Archives() {}

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Two manifests and a source file. */
  static Map<String, byte[]> files() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("Package.swift", MANIFEST);
    files.put("Package@swift-5.7.swift", ALTERNATE);
    files.put("Sources/LinkedList/List.swift", utf8("public struct List {}\n"));
    return files;
  }

  static byte[] sample() {
    return zip(files());
  }

  /** A package's archive: everything below one directory. */
  static byte[] zip(Map<String, byte[]> files) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    files.forEach((name, content) -> entries.put("mona.LinkedList/" + name, content));
    return raw(entries);
  }

  /** Any archive. */
  static byte[] raw(Map<String, byte[]> entries) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (var entry : entries.entrySet()) {
        ZipEntry e = new ZipEntry(entry.getKey());
        e.setTime(1_000_000_000_000L);
        e.setMethod(ZipEntry.STORED);
        e.setSize(entry.getValue().length);
        CRC32 crc = new CRC32();
        crc.update(entry.getValue());
        e.setCrc(crc.getValue());
        zip.putNextEntry(e);
        zip.write(entry.getValue());
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** What an archive holds, by path below its one directory. */
  static Map<String, byte[]> unzip(byte[] archive) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
      for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
        files.put(e.getName().substring(e.getName().indexOf('/') + 1), zip.readAllBytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }
}
