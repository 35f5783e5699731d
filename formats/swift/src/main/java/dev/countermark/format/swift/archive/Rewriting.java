package dev.countermark.format.swift.archive;

import static dev.countermark.format.zip.ZipArchive.LOCAL_HEADER;

import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.LittleEndian;
import dev.countermark.format.zip.Range;
import dev.countermark.format.zip.Splice;
import dev.countermark.format.zip.ZipArchive;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/** An archive with other contents for some of its entries. */
final class Rewriting {
  /** Bits about how an entry was compressed, and whether its sizes follow. */
  private static final int FLAGS_OF_DATA = 0b1110;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Replacement(ArchiveEntry entry, byte[] bytes, long crc32) {}

  private final ZipArchive zip;

  /** By the position of the local header. */
  private final TreeMap<Long, Replacement> replacements = new TreeMap<>();

  Rewriting(ZipArchive zip) {
    this.zip = zip;
  }

  /**
   * @param bytes stored as they are: what a compressor makes of them may change with its version
   */
  void replace(ArchiveEntry entry, byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    replacements.put(entry.localOffset(), new Replacement(entry, bytes, crc.getValue()));
  }

  Splice splice() throws IOException {
    List<Splice.Piece> pieces = new ArrayList<>();
    if (replacements.isEmpty()) {
      pieces.add(new Splice.Copied(new Range(0, zip.size())));
      return new Splice(pieces);
    }
    TreeMap<Long, Long> shifts = new TreeMap<>();
    long copiedTo = 0;
    long shift = 0;
    for (Replacement replacement : replacements.values()) {
      ArchiveEntry entry = replacement.entry;
      if (entry.localOffset() > copiedTo) {
        pieces.add(new Splice.Copied(new Range(copiedTo, entry.localOffset())));
      }
      byte[] written = localEntry(replacement);
      pieces.add(new Splice.Added(written));
      copiedTo = entry.localOffset() + entry.size();
      shift += written.length - entry.size();
      shifts.put(entry.localOffset(), shift);
    }
    if (copiedTo < zip.directoryPosition()) {
      pieces.add(new Splice.Copied(new Range(copiedTo, zip.directoryPosition())));
    }
    pieces.add(new Splice.Added(directoryAndEnd(shifts)));
    return new Splice(pieces);
  }

  /** The old header with what is said of the data changed, then the data. */
  private byte[] localEntry(Replacement replacement) throws IOException {
    byte[] fixed = zip.source().read(replacement.entry.localOffset(), LOCAL_HEADER);
    int header = LOCAL_HEADER + LittleEndian.u16(fixed, 26) + LittleEndian.u16(fixed, 28);
    byte[] written = new byte[header + replacement.bytes.length];
    zip.source().read(replacement.entry.localOffset(), written, 0, header);
    patchData(written, 6, replacement);
    System.arraycopy(replacement.bytes, 0, written, header, replacement.bytes.length);
    return written;
  }

  /**
   * Flags, method, CRC and sizes: in both headers at the same distance from each other.
   *
   * @param at where the flags are
   */
  private static void patchData(byte[] header, int at, Replacement replacement) {
    LittleEndian.u16(header, at, LittleEndian.u16(header, at) & ~FLAGS_OF_DATA);
    LittleEndian.u16(header, at + 2, ArchiveEntry.STORED);
    LittleEndian.u32(header, at + 8, replacement.crc32);
    LittleEndian.u32(header, at + 12, replacement.bytes.length);
    LittleEndian.u32(header, at + 16, replacement.bytes.length);
  }

  private byte[] directoryAndEnd(TreeMap<Long, Long> shifts) {
    byte[] directory = zip.directory();
    byte[] end = zip.endRecord();
    byte[] written = new byte[directory.length + end.length];
    System.arraycopy(directory, 0, written, 0, directory.length);
    System.arraycopy(end, 0, written, directory.length, end.length);
    for (ArchiveEntry entry : zip.entries()) {
      int at = (int) (entry.headerPosition() - zip.directoryPosition());
      Replacement replacement = replacements.get(entry.localOffset());
      if (replacement != null) {
        patchData(written, at + 8, replacement);
      }
      Map.Entry<Long, Long> shift = shifts.lowerEntry(entry.localOffset());
      LittleEndian.u32(
          written, at + 42, entry.localOffset() + (shift == null ? 0 : shift.getValue()));
    }
    LittleEndian.u32(
        written, directory.length + 16, zip.directoryPosition() + shifts.lastEntry().getValue());
    return written;
  }
}
