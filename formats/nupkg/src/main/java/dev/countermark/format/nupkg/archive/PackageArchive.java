package dev.countermark.format.nupkg.archive;

import static dev.countermark.format.nupkg.archive.LittleEndian.u16;
import static dev.countermark.format.nupkg.archive.LittleEndian.u32;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The structure of a package archive, read as the NuGet client reads it: the last end record, the
 * central directory that it points to, and everything between two local headers belongs to the
 * first of them (nuget reference, section 1.4). What a signer must refuse is {@link Preflight}'s
 * business.
 *
 * <p>Keeps the central directory in memory, never the entries.
 */
public final class PackageArchive {
  static final int LOCAL_HEADER = 30;
  static final int CENTRAL_HEADER = 46;
  static final int END_RECORD = 22;
  static final int ZIP64_LOCATOR = 20;

  private static final long LOCAL_MAGIC = 0x04034b50L;
  private static final long CENTRAL_MAGIC = 0x02014b50L;
  private static final long END_MAGIC = 0x06054b50L;
  private static final long ZIP64_LOCATOR_MAGIC = 0x07064b50L;

  /** Largest central directory that is read, bytes: 65,533 entries with names of 400 characters. */
  private static final int MAX_DIRECTORY = 32 << 20;

  /** Largest signature that is read, bytes; real ones have 10 to 30 KB. */
  private static final int MAX_SIGNATURE = 1 << 20;

  private static final int MAX_COMMENT = 0xFFFF;
  private static final int VERSION_2_0 = 20;
  private static final byte[] SIGNATURE_NAME =
      ArchiveEntry.SIGNATURE.getBytes(StandardCharsets.US_ASCII);

  private final ByteSource source;
  private final byte[] directory;
  private final long directoryPosition;
  private final byte[] end;
  private final long endPosition;
  private final boolean zip64Locator;
  private final List<ArchiveEntry> entries;

  private PackageArchive(
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
   * Reads the end record and the central directory.
   *
   * @throws MalformedArchiveException when there is none to be found
   */
  public static PackageArchive read(ByteSource source)
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
          ? Preflight.zip64()
          : new MalformedArchiveException("the central directory lies outside of the archive");
    }
    if (endPosition - directoryPosition > MAX_DIRECTORY) {
      throw new MalformedArchiveException("the central directory is larger than 32 MiB");
    }
    byte[] rest = source.read(directoryPosition, (int) (endPosition - directoryPosition));
    byte[] directory = Arrays.copyOf(rest, directoryLength(rest));
    return new PackageArchive(source, directory, directoryPosition, end, endPosition, zip64);
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

  /** The entries that the client takes as signature; a sound package has at most one. */
  public List<ArchiveEntry> signatures() {
    return entries.stream().filter(ArchiveEntry::isSignature).toList();
  }

  /** The only signature entry, if there is exactly one. */
  public Optional<ArchiveEntry> signature() {
    List<ArchiveEntry> all = signatures();
    return all.size() == 1 ? Optional.of(all.get(0)) : Optional.empty();
  }

  /**
   * The bytes of a stored entry that was recognised as signature.
   *
   * @throws MalformedArchiveException {@code NU3005} when the entry does not have the form of a
   *     signature entry (nuget reference, section 1.1)
   */
  public byte[] signatureBytes(ArchiveEntry entry) throws MalformedArchiveException, IOException {
    LocalHeader local = localHeader(entry);
    boolean sound =
        entry.flags() == 0
            && local.flags() == 0
            && entry.method() == 0
            && local.method() == 0
            && entry.compressedSize() == entry.uncompressedSize()
            && local.compressedSize() == local.uncompressedSize()
            && local.compressedSize() == entry.compressedSize()
            && entry.externalAttributes() == 0
            && Arrays.equals(local.name(), entry.name());
    if (!sound) {
      throw new MalformedArchiveException("NU3005", "the package signature file entry is invalid");
    }
    if (entry.compressedSize() > Math.min(MAX_SIGNATURE, entry.size() - local.length())) {
      throw new MalformedArchiveException("NU3005", "the package signature file is too large");
    }
    return source.read(entry.localOffset() + local.length(), (int) entry.compressedSize());
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

  /** Length of the archive, bytes. */
  public long size() {
    return source.size();
  }

  /** Where the central directory begins. */
  public long directoryPosition() {
    return directoryPosition;
  }

  /** Where the last central header ends. */
  long directoryEnd() {
    return directoryPosition + directory.length;
  }

  long endPosition() {
    return endPosition;
  }

  /** The end record, comment and whatever follows. */
  byte[] endRecord() {
    return end;
  }

  boolean hasZip64Locator() {
    return zip64Locator;
  }

  /**
   * The package hash: over the archive as it was before it was signed (nuget reference, section
   * 1.4).
   *
   * @throws MalformedArchiveException when entries overlap in a way that has no such form
   */
  public byte[] hash(MessageDigest digest) throws MalformedArchiveException, IOException {
    Layout unsigned =
        signatures().isEmpty()
            ? new Layout(List.of(new Range(0, source.size())), new byte[0])
            : stripped();
    byte[] buffer = new byte[64 << 10];
    for (Range range : unsigned.ranges()) {
      for (long at = range.from(); at < range.to(); ) {
        int count = (int) Math.min(buffer.length, range.to() - at);
        source.read(at, buffer, 0, count);
        digest.update(buffer, 0, count);
        at += count;
      }
    }
    digest.update(unsigned.tail());
    return digest.digest();
  }

  /**
   * The archive without its signature entry; of an archive that the official client or this class
   * signed, the very bytes that were signed.
   *
   * @throws MalformedArchiveException when there are several signatures, or a local header lies
   *     behind the central directory
   */
  public Layout stripped() throws MalformedArchiveException {
    List<ArchiveEntry> signatures = signatures();
    if (signatures.size() > 1) {
      throw new MalformedArchiveException("the package contains multiple package signature files");
    }
    return new Layout(rangesWithoutSignature(), unsignedTail());
  }

  /**
   * The archive with this signature, written last in both places, in place of the one it may have.
   *
   * @param p7s the signature's bytes
   * @param dosDateTime MS-DOS date in the upper, time in the lower 16 bits
   */
  public Layout withSignature(byte[] p7s, int dosDateTime) throws MalformedArchiveException {
    Layout unsigned = stripped();
    long position = unsigned.copied();
    int entrySize = LOCAL_HEADER + SIGNATURE_NAME.length + p7s.length;
    int headerSize = CENTRAL_HEADER + SIGNATURE_NAME.length;
    CRC32 crc = new CRC32();
    crc.update(p7s);

    byte[] tail = new byte[entrySize + unsigned.tail().length + headerSize];
    LittleEndian.u32(tail, 0, LOCAL_MAGIC);
    LittleEndian.u16(tail, 4, VERSION_2_0);
    signatureFields(tail, 10, dosDateTime, crc.getValue(), p7s.length);
    System.arraycopy(SIGNATURE_NAME, 0, tail, LOCAL_HEADER, SIGNATURE_NAME.length);
    System.arraycopy(p7s, 0, tail, LOCAL_HEADER + SIGNATURE_NAME.length, p7s.length);

    int directoryLength = unsigned.tail().length - end.length;
    System.arraycopy(unsigned.tail(), 0, tail, entrySize, directoryLength);

    int header = entrySize + directoryLength;
    LittleEndian.u32(tail, header, CENTRAL_MAGIC);
    LittleEndian.u16(tail, header + 4, VERSION_2_0);
    LittleEndian.u16(tail, header + 6, VERSION_2_0);
    signatureFields(tail, header + 12, dosDateTime, crc.getValue(), p7s.length);
    LittleEndian.u32(tail, header + 42, position);
    System.arraycopy(SIGNATURE_NAME, 0, tail, header + CENTRAL_HEADER, SIGNATURE_NAME.length);

    int endAt = header + headerSize;
    System.arraycopy(unsigned.tail(), directoryLength, tail, endAt, end.length);
    adjustEnd(tail, endAt, 1, headerSize, entrySize);
    return new Layout(unsigned.ranges(), tail);
  }

  /** Time, date, CRC, both sizes and the length of the name: alike in both headers. */
  private static void signatureFields(
      byte[] tail, int at, int dosDateTime, long crc32, int length) {
    LittleEndian.u32(tail, at, dosDateTime & 0xFFFFFFFFL);
    LittleEndian.u32(tail, at + 4, crc32);
    LittleEndian.u32(tail, at + 8, length);
    LittleEndian.u32(tail, at + 12, length);
    LittleEndian.u16(tail, at + 16, SIGNATURE_NAME.length);
  }

  private static void adjustEnd(byte[] bytes, int at, int entries, int directory, long offset) {
    LittleEndian.u16(bytes, at + 8, u16(bytes, at + 8) + entries);
    LittleEndian.u16(bytes, at + 10, u16(bytes, at + 10) + entries);
    LittleEndian.u32(bytes, at + 12, u32(bytes, at + 12) + directory);
    LittleEndian.u32(bytes, at + 16, u32(bytes, at + 16) + offset);
  }

  private List<Range> rangesWithoutSignature() throws MalformedArchiveException {
    if (entries.stream().anyMatch(e -> e.localOffset() > directoryPosition)) {
      throw new MalformedArchiveException("an entry lies behind the central directory");
    }
    Optional<ArchiveEntry> signature = signature();
    List<Range> ranges = new ArrayList<>(2);
    long from = 0;
    if (signature.isPresent()) {
      if (signature.get().localOffset() > 0) {
        ranges.add(new Range(0, signature.get().localOffset()));
      }
      from = signature.get().localOffset() + signature.get().size();
    }
    if (from < directoryPosition) {
      ranges.add(new Range(from, directoryPosition));
    }
    return ranges;
  }

  /** Central directory with the offsets as they are without the signature, then the end record. */
  private byte[] unsignedTail() {
    Optional<ArchiveEntry> signature = signature();
    int removed = signature.map(ArchiveEntry::headerSize).orElse(0);
    byte[] tail = new byte[directory.length - removed + end.length];
    long[] newOffsets = unsignedOffsets();
    int at = 0;
    for (int i = 0; i < entries.size(); i++) {
      ArchiveEntry entry = entries.get(i);
      if (signature.isPresent() && signature.get() == entry) {
        continue;
      }
      int from = (int) (entry.headerPosition() - directoryPosition);
      System.arraycopy(directory, from, tail, at, entry.headerSize());
      LittleEndian.u32(tail, at + 42, newOffsets[i]);
      at += entry.headerSize();
    }
    System.arraycopy(end, 0, tail, at, end.length);
    if (signature.isPresent()) {
      adjustEnd(tail, at, -1, -removed, -signature.get().size());
    }
    return tail;
  }

  /**
   * The client lays the entries out anew, from zero: for an archive whose first entry is not at
   * zero that is not what it was, and the client's hash is never right.
   */
  private long[] unsignedOffsets() {
    long[] offsets = new long[entries.size()];
    Optional<ArchiveEntry> signature = signature();
    List<Integer> byPosition = new ArrayList<>();
    for (int i = 0; i < offsets.length; i++) {
      byPosition.add(i);
    }
    byPosition.sort(Comparator.comparingLong(i -> entries.get(i).localOffset()));
    long next = 0;
    for (int i : byPosition) {
      if (signature.isPresent() && signature.get() == entries.get(i)) {
        continue;
      }
      offsets[i] = signature.isPresent() ? next : entries.get(i).localOffset();
      next += entries.get(i).size();
    }
    return offsets;
  }
}
