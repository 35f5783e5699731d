package dev.countermark.bench.nuget;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A package of a gibibyte: files of noise, stored as they are. */
final class LargePackage {
  static final String ID = "Bench.Large";
  static final String VERSION = "1.0.0";

  private static final int ENTRIES = 16;
  private static final int ENTRY_BLOCKS = 64;
  private static final int BLOCK = 1 << 20;

  private LargePackage() {}

  /** Writes it block by block. */
  static Path write(Path file) throws IOException {
    byte[] noise = new byte[BLOCK];
    new Random(1).nextBytes(noise);
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry(ID + ".nuspec"));
      zip.write(
          ("<?xml version=\"1.0\"?><package><metadata><id>"
                  + ID
                  + "</id><version>"
                  + VERSION
                  + "</version><authors>bench</authors><description>made by a benchmark"
                  + "</description></metadata></package>")
              .getBytes(StandardCharsets.UTF_8));
      zip.closeEntry();
      for (int e = 0; e < ENTRIES; e++) {
        ZipEntry entry = new ZipEntry("content/noise-" + e + ".bin");
        entry.setMethod(ZipEntry.STORED);
        entry.setSize((long) ENTRY_BLOCKS * BLOCK);
        CRC32 crc = new CRC32();
        for (int b = 0; b < ENTRY_BLOCKS; b++) {
          crc.update(numbered(noise, e, b));
        }
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        for (int b = 0; b < ENTRY_BLOCKS; b++) {
          zip.write(numbered(noise, e, b));
        }
        zip.closeEntry();
      }
    }
    return file;
  }

  /** No two blocks are the same: nothing may be stored once for all. */
  private static byte[] numbered(byte[] noise, int entry, int block) {
    noise[0] = (byte) entry;
    noise[1] = (byte) block;
    return noise;
  }
}
