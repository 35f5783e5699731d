package dev.countermark.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A small package of content only.
 *
 * @param bytes the file, unsigned
 */
record NugetPackage(String id, String version, byte[] bytes) {
  /**
   * @param seed of its content
   */
  static NugetPackage of(String id, String version, long seed) {
    byte[] content = new byte[3_000];
    new Random(seed).nextBytes(content);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      entry(
          zip,
          id + ".nuspec",
          ("<?xml version=\"1.0\"?><package><metadata><id>"
                  + id
                  + "</id><version>"
                  + version
                  + "</version><authors>conformance</authors><description>made by a test"
                  + "</description><readme>README.md</readme></metadata></package>")
              .getBytes(StandardCharsets.UTF_8));
      entry(zip, "README.md", "# A package\n".getBytes(StandardCharsets.UTF_8));
      entry(zip, "content/data.bin", content);
    } catch (IOException e) {
      throw new UncheckedIOException("writing into memory", e);
    }
    return new NugetPackage(id, version, out.toByteArray());
  }

  private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTime(1_700_000_000_000L);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  String fileName() {
    return id + "." + version + ".nupkg";
  }
}
