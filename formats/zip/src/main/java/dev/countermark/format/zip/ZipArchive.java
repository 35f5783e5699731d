package dev.countermark.format.zip;

import static dev.countermark.format.zip.LittleEndian.u16;
import static dev.countermark.format.zip.LittleEndian.u32;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The structure of a ZIP archive: the last end record, the central directory that it points to, and
 * everything between two local headers belongs to the first of them. Reading is lenient, as clients
 * are; {@link #checkStructure} is not.
 *
 * <p>Keeps the central directory in memory, never the entries.
 */
public final class ZipArchive {
  /** Length of the fixed part of a local header, bytes. */
  public static final int LOCAL_HEADER = 30;

  /** Length of the fixed part of a central header, bytes. */
  public static final int CENTRAL_HEADER = 46;

  /** Length of the end record without its comment, bytes. */
  public static final int END_RECORD = 22;

  public static final long LOCAL_MAGIC = 0x04034b50L;
  public static final long CENTRAL_MAGIC = 0x02014b50L;

  private static final int ZIP64_LOCATOR = 20;
  private static final long END_MAGIC = 0x06054b50L;
  private static final long ZIP64_LOCATOR_MAGIC = 0x07064b50L;
  private static final int ZIP64_EXTRA = 1;

  /** Largest central directory that is read, bytes: 65,533 entries with names of 400 characters. */
  private static final int MAX_DIRECTORY = 32 << 20;

  private static final int MAX_COMMENT = 0xFFFF;

  /** What a directory and its entries can become in memory, to one byte of the archive. */
  private static final int UNFOLDING = 8;

  /** What 65,533 entries with names of usual length become, bytes. */
  private static final long MOST = 48 << 20;

  private final ByteSource source;
  private final byte[] directory;
  private final long directoryPosition;
  private final byte[] end;
  private final long endPosition;
  private final boolean zip64Locator;
  private final List<ArchiveEntry> entries;

  private ZipArchive(
      ByteSource source,
      byte[] directory,
      long directoryPosition,
      byte[] end,
      long endPosition,
      boolean zip64Locator) {
    this.source = source;
    this.directory = directory;
    this.directoryPosition = directoryPosition;
    this.end = end;
    this.endPosition = endPosition;
    this.zip64Locator = zip64Locator;
    this.entries = entries(directory, directoryPosition);
  }

  /**
   * Reads the end record and the central directory, of at most 32 MiB.
   *
   * @throws MalformedArchiveException when there is none to be found
   */
  public static ZipArchive read(ByteSource source) throws MalformedArchiveException, IOException {
    return read(source, MAX_DIRECTORY);
  }

  /**
   * Reads the end record and the central directory.
   *
   * @param maxDirectory largest central directory that is read, bytes
   * @throws MalformedArchiveException when there is none to be found, or it is larger
   */
  public static ZipArchive read(ByteSource source, int maxDirectory)
      throws MalformedArchiveException, IOException {
    if (source.size() < END_RECORD) {
      throw new MalformedArchiveException("the package is not a ZIP archive");
    }
    int length = (int) Math.min(source.size(), ZIP64_LOCATOR + END_RECORD + MAX_COMMENT);
    long from = source.size() - length;
    byte[] last = source.read(from, length);
    int at = length - END_RECORD;
    while (at >= 0 && u32(last, at) != END_MAGIC) {
      at--;
    }
    if (at < 0) {
      throw new MalformedArchiveException("the package is not a ZIP archive");
    }
    byte[] end = Arrays.copyOfRange(last, at, length);
    long endPosition = from + at;
    boolean zip64 = at >= ZIP64_LOCATOR && u32(last, at - ZIP64_LOCATOR) == ZIP64_LOCATOR_MAGIC;
    long directoryPosition = u32(end, 16);
    if (directoryPosition > endPosition) {
      throw zip64
          ? new Zip64Exception()
          : new MalformedArchiveException("the central directory lies outside of the archive");
    }
    if (endPosition - directoryPosition > maxDirectory) {
      throw new MalformedArchiveException(
          "the central directory is larger than " + (maxDirectory >> 20) + " MiB");
    }
    byte[] rest = source.read(directoryPosition, (int) (endPosition - directoryPosition));
    byte[] directory = Arrays.copyOf(rest, directoryLength(rest));
    return new ZipArchive(source, directory, directoryPosition, end, endPosition, zip64);
  }

  /**
   * Memory that whoever reads an archive needs for its directory, bytes: an archive of many empty
   * files is small where it lies and large once it is read.
   *
   * @param size of the archive, bytes
   */
  public static long memory(long size) {
    return size > MOST / UNFOLDING ? MOST : size * UNFOLDING;
  }

  private static int directoryLength(byte[] bytes) {
    int at = 0;
    while (at + CENTRAL_HEADER <= bytes.length && u32(bytes, at) == CENTRAL_MAGIC) {
      int next =
          at + CENTRAL_HEADER + u16(bytes, at + 28) + u16(bytes, at + 30) + u16(bytes, at + 32);
      if (next > bytes.length) {
        break;
      }
      at = next;
    }
    return at;
  }

  private static List<ArchiveEntry> entries(byte[] directory, long position) {
    List<Integer> headers = new ArrayList<>();
    for (int at = 0; at < directory.length; at += headerSize(directory, at)) {
      headers.add(at);
    }
    long[] offsets = headers.stream().mapToLong(at -> u32(directory, at + 42)).sorted().toArray();
    List<ArchiveEntry> entries = new ArrayList<>(headers.size());
    for (int at : headers) {
      int name = u16(directory, at + 28);
      int extra = u16(directory, at + 30);
      long offset = u32(directory, at + 42);
      entries.add(
          new ArchiveEntry(
              Arrays.copyOfRange(directory, at + CENTRAL_HEADER, at + CENTRAL_HEADER + name),
              u16(directory, at + 4),
              u16(directory, at + 6),
              u16(directory, at + 8),
              u16(directory, at + 10),
              u16(directory, at + 12),
              u16(directory, at + 14),
              u32(directory, at + 16),
              u32(directory, at + 20),
              u32(directory, at + 24),
              Arrays.copyOfRange(
                  directory, at + CENTRAL_HEADER + name, at + CENTRAL_HEADER + name + extra),
              u16(directory, at + 34),
              u32(directory, at + 38),
              offset,
              behind(offsets, offset, position) - offset,
              position + at,
              headerSize(directory, at)));
    }
    return List.copyOf(entries);
  }

  private static int headerSize(byte[] directory, int at) {
    return CENTRAL_HEADER
        + u16(directory, at + 28)
        + u16(directory, at + 30)
        + u16(directory, at + 32);
  }

  /** The next larger offset, or the directory's. */
  private static long behind(long[] sorted, long offset, long directoryPosition) {
    int found = Arrays.binarySearch(sorted, offset + 1);
    int next = found >= 0 ? found : -found - 1;
    return next < sorted.length ? sorted[next] : directoryPosition;
  }

  /** In the order of the central directory. */
  public List<ArchiveEntry> entries() {
    return entries;
  }

  /**
   * Reads the local header that an entry points to.
   *
   * @throws MalformedArchiveException when there is none
   */
  public LocalHeader localHeader(ArchiveEntry entry) throws MalformedArchiveException, IOException {
    long at = entry.localOffset();
    if (at > directoryPosition - LOCAL_HEADER) {
      throw new MalformedArchiveException("an entry lies outside of the archive");
    }
    byte[] fixed = source.read(at, LOCAL_HEADER);
    int name = u16(fixed, 26);
    int extra = u16(fixed, 28);
    if (u32(fixed, 0) != LOCAL_MAGIC || at + LOCAL_HEADER + name + extra > directoryPosition) {
      throw new MalformedArchiveException("an entry has no local header");
    }
    byte[] variable = source.read(at + LOCAL_HEADER, name + extra);
    return new LocalHeader(
        Arrays.copyOf(variable, name),
        u16(fixed, 6),
        u16(fixed, 8),
        u32(fixed, 14),
        u32(fixed, 18),
        u32(fixed, 22),
        Arrays.copyOfRange(variable, name, name + extra),
        LOCAL_HEADER + name + extra);
  }

  /** What the archive is read from. */
  public ByteSource source() {
    return source;
  }

  /** Length of the archive, bytes. */
  public long size() {
    return source.size();
  }

  /** Where the central directory begins. */
  public long directoryPosition() {
    return directoryPosition;
  }

  /** The central directory, not a copy: callers do not write into it. */
  public byte[] directory() {
    return directory;
  }

  /** Where the last central header ends. */
  public long directoryEnd() {
    return directoryPosition + directory.length;
  }

  /** The end record, comment and whatever follows; not a copy. */
  public byte[] endRecord() {
    return end;
  }

  /**
   * Whether all bytes have one owner and all readers see the same entries: reads every local
   * header.
   *
   * @throws Zip64Exception when the archive is one that needs Zip64
   * @throws MalformedArchiveException naming the first objection
   */
  public void checkStructure() throws MalformedArchiveException, IOException {
    checkZip64();
    checkEnd();
    checkLocalHeaders();
  }

  /**
   * @throws Zip64Exception when the archive is one that needs Zip64, as far as its directory says
   */
  public void checkZip64() throws Zip64Exception {
    if (zip64Locator || entries.stream().anyMatch(e -> hasExtra(e.extra(), ZIP64_EXTRA))) {
      throw new Zip64Exception();
    }
  }

  /**
   * @throws MalformedArchiveException when the end record does not close exactly this archive
   */
  public void checkEnd() throws MalformedArchiveException {
    int count = entries.size();
    if (directoryEnd() != endPosition) {
      throw new MalformedArchiveException(
          "there are bytes between the central directory and its end record");
    }
    if (u16(end, 4) != 0 || u16(end, 6) != 0) {
      throw new MalformedArchiveException("the archive is split over several disks");
    }
    if (u16(end, 8) != count || u16(end, 10) != count || u32(end, 12) != directory.length) {
      throw new MalformedArchiveException(
          "the end record does not agree with the central directory");
    }
    if (u16(end, 20) != end.length - END_RECORD) {
      throw new MalformedArchiveException("there are bytes after the end of the archive");
    }
    if (count == 0) {
      throw new MalformedArchiveException("the package is empty");
    }
  }

  /**
   * @throws MalformedArchiveException when entries overlap, or their two headers name different
   *     files
   */
  public void checkLocalHeaders() throws MalformedArchiveException, IOException {
    List<ArchiveEntry> sorted =
        entries.stream().sorted(Comparator.comparingLong(ArchiveEntry::localOffset)).toList();
    if (sorted.get(0).localOffset() != 0) {
      throw new MalformedArchiveException("there are bytes before the first entry");
    }
    long previous = -1;
    for (ArchiveEntry entry : sorted) {
      if (entry.diskStart() != 0) {
        throw new MalformedArchiveException("the archive is split over several disks");
      }
      if (entry.localOffset() == previous) {
        throw new MalformedArchiveException("two entries have one local header");
      }
      previous = entry.localOffset();
      LocalHeader local = localHeader(entry);
      if (hasExtra(local.extra(), ZIP64_EXTRA)) {
        throw new Zip64Exception();
      }
      if (!Arrays.equals(local.name(), entry.name())) {
        throw new MalformedArchiveException(
            "an entry has different names in its header and in the central directory");
      }
      if (local.length() + entry.compressedSize() > entry.size()) {
        throw new MalformedArchiveException("entries overlap");
      }
    }
  }

  /** Whether the extra field has a block with this id; what cannot be walked is taken as is. */
  private static boolean hasExtra(byte[] extra, int id) {
    for (int at = 0; at + 4 <= extra.length; at += 4 + u16(extra, at + 2)) {
      if (u16(extra, at) == id) {
        return true;
      }
    }
    return false;
  }
}
