package dev.countermark.bench.nuget;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A NuGet package of about 100 KB, mostly noise.
 *
 * @param bytes the file, unsigned
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SamplePackage(String name, byte[] bytes) {
  static final int BYTES = 100_000;

  private static final byte[] NOISE = noise();

  private static byte[] noise() {
    byte[] noise = new byte[BYTES];
    new Random(1).nextBytes(noise);
    return noise;
  }

  static String version(int number) {
    return "1.0." + number;
  }

  /** The same id and number give the same bytes, others others. */
  static SamplePackage of(String id, int number) {
    return of(id, number, BYTES);
  }

  /**
   * @param bytes of noise, as many as usual at most
   */
  static SamplePackage of(String id, int number, int bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes + 2_000);
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      String nuspec =
          "<?xml version=\"1.0\"?><package><metadata><id>"
              + id
              + "</id><version>"
              + version(number)
              + "</version><authors>bench</authors><description>made by a benchmark</description>"
              + "</metadata></package>";
      entry(zip, id + ".nuspec", nuspec.getBytes(StandardCharsets.UTF_8));
      entry(zip, "content/noise.bin", Arrays.copyOf(NOISE, bytes));
    } catch (IOException e) {
      throw new UncheckedIOException("writing into memory", e);
    }
    return new SamplePackage(id + "." + version(number) + ".nupkg", out.toByteArray());
  }

  private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    entry.setTime(1_700_000_000_000L);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
