package dev.countermark.testkit.nuget;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A small package of content only.
 *
 * @param bytes the file, unsigned
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record NugetPackage(String id, String version, byte[] bytes) {
  /**
   * @param seed of its content
   */
  public static NugetPackage of(String id, String version, long seed) {
    byte[] content = new byte[3_000];
    new Random(seed).nextBytes(content);
    return of(id, version, "content/data.bin", content);
  }

  /**
   * @param name of one of its entries
   */
  public static NugetPackage of(String id, String version, String name, byte[] content) {
    return of(id, version, "", name, content, Deflater.DEFAULT_COMPRESSION);
  }

  /** Like {@link #of(String, String, String, byte[])}, without the time that compressing takes. */
  public static NugetPackage stored(String id, String version, String name, byte[] content) {
    return of(id, version, "", name, content, Deflater.NO_COMPRESSION);
  }

  /**
   * A template for {@code dotnet new}.
   *
   * @param shortName what people type
   */
  public static NugetPackage template(String id, String version, String shortName) {
    String type = "<packageTypes><packageType name=\"Template\"/></packageTypes>";
    String template =
        "{\"author\":\"conformance\",\"identity\":\"%s\",\"name\":\"%s\",\"shortName\":\"%s\"}"
            .formatted(id, shortName, shortName);
    return of(
        id,
        version,
        type,
        "content/t/.template.config/template.json",
        template.getBytes(StandardCharsets.UTF_8),
        Deflater.DEFAULT_COMPRESSION);
  }

  private static NugetPackage of(
      String id, String version, String metadata, String name, byte[] content, int level) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setLevel(level);
      entry(
          zip,
          id + ".nuspec",
          ("<?xml version=\"1.0\"?><package><metadata><id>"
                  + id
                  + "</id><version>"
                  + version
                  + "</version><authors>conformance</authors><description>made by a test"
                  + "</description><readme>README.md</readme>"
                  + metadata
                  + "</metadata></package>")
              .getBytes(StandardCharsets.UTF_8));
      entry(zip, "README.md", "# A package\n".getBytes(StandardCharsets.UTF_8));
      entry(zip, name, content);
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

  /** As events name it. */
  public String digest() {
    try {
      byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "sha256:" + HexFormat.of().formatHex(sha256);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  public String fileName() {
    return id + "." + version + ".nupkg";
  }
}
