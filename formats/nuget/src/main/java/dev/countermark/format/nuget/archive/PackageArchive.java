package dev.countermark.format.nuget.archive;

import static dev.countermark.format.zip.LittleEndian.u16;
import static dev.countermark.format.zip.LittleEndian.u32;
import static dev.countermark.format.zip.ZipArchive.CENTRAL_HEADER;
import static dev.countermark.format.zip.ZipArchive.CENTRAL_MAGIC;
import static dev.countermark.format.zip.ZipArchive.LOCAL_HEADER;
import static dev.countermark.format.zip.ZipArchive.LOCAL_MAGIC;

import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.LittleEndian;
import dev.countermark.format.zip.LocalHeader;
import dev.countermark.format.zip.MalformedArchiveException;
import dev.countermark.format.zip.Range;
import dev.countermark.format.zip.Zip64Exception;
import dev.countermark.format.zip.ZipArchive;
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
  /** Name of the signature entry. */
  public static final String SIGNATURE = ".signature.p7s";

  /** Largest signature that is read, bytes; real ones have 10 to 30 KB. */
  private static final int MAX_SIGNATURE = 1 << 20;

  private static final int VERSION_2_0 = 20;
  private static final byte[] SIGNATURE_NAME = SIGNATURE.getBytes(StandardCharsets.US_ASCII);

  private final ZipArchive zip;

  private PackageArchive(ZipArchive zip) {
    this.zip = zip;
  }

  /**
   * Reads the end record and the central directory.
   *
   * @throws MalformedArchiveException when there is none to be found
   */
  public static PackageArchive read(ByteSource source)
      throws MalformedArchiveException, IOException {
    try {
      return new PackageArchive(ZipArchive.read(source));
    } catch (Zip64Exception e) {
      throw Preflight.zip64();
    }
  }

  /** In the order of the central directory. */
  public List<ArchiveEntry> entries() {
    return zip.entries();
  }

  /** Whether an entry has the signature's name: in the root, case-sensitive. */
  public static boolean hasSignatureName(ArchiveEntry entry) {
    return SIGNATURE.equals(entry.nameText());
  }

  /** Whether the client takes it as the signature: the name alone is not enough. */
  public static boolean isSignature(ArchiveEntry entry) {
    return hasSignatureName(entry) && (entry.flags() & ArchiveEntry.FLAG_UTF8) == 0;
  }

  /** The entries that the client takes as signature; a sound package has at most one. */
  public List<ArchiveEntry> signatures() {
    return entries().stream().filter(PackageArchive::isSignature).toList();
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
    return zip.source().read(entry.localOffset() + local.length(), (int) entry.compressedSize());
  }

  /**
   * Reads the local header that an entry points to.
   *
   * @throws MalformedArchiveException when there is none
   */
  public LocalHeader localHeader(ArchiveEntry entry) throws MalformedArchiveException, IOException {
    return zip.localHeader(entry);
  }

  /** Length of the archive, bytes. */
  public long size() {
    return zip.size();
  }

  /** Where the central directory begins. */
  public long directoryPosition() {
    return zip.directoryPosition();
  }

  /** The archive as any ZIP archive. */
  ZipArchive zip() {
    return zip;
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
            ? new Layout(List.of(new Range(0, zip.size())), new byte[0])
            : stripped();
    byte[] buffer = new byte[64 << 10];
    for (Range range : unsigned.ranges()) {
      for (long at = range.from(); at < range.to(); ) {
        int count = (int) Math.min(buffer.length, range.to() - at);
        zip.source().read(at, buffer, 0, count);
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

    int directoryLength = unsigned.tail().length - zip.endRecord().length;
    System.arraycopy(unsigned.tail(), 0, tail, entrySize, directoryLength);

    int header = entrySize + directoryLength;
    LittleEndian.u32(tail, header, CENTRAL_MAGIC);
    LittleEndian.u16(tail, header + 4, VERSION_2_0);
    LittleEndian.u16(tail, header + 6, VERSION_2_0);
    signatureFields(tail, header + 12, dosDateTime, crc.getValue(), p7s.length);
    LittleEndian.u32(tail, header + 42, position);
    System.arraycopy(SIGNATURE_NAME, 0, tail, header + CENTRAL_HEADER, SIGNATURE_NAME.length);

    int endAt = header + headerSize;
    System.arraycopy(unsigned.tail(), directoryLength, tail, endAt, zip.endRecord().length);
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
    if (entries().stream().anyMatch(e -> e.localOffset() > zip.directoryPosition())) {
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
    if (from < zip.directoryPosition()) {
      ranges.add(new Range(from, zip.directoryPosition()));
    }
    return ranges;
  }

  /** Central directory with the offsets as they are without the signature, then the end record. */
  private byte[] unsignedTail() {
    Optional<ArchiveEntry> signature = signature();
    int removed = signature.map(ArchiveEntry::headerSize).orElse(0);
    byte[] tail = new byte[zip.directory().length - removed + zip.endRecord().length];
    long[] newOffsets = unsignedOffsets();
    int at = 0;
    for (int i = 0; i < entries().size(); i++) {
      ArchiveEntry entry = entries().get(i);
      if (signature.isPresent() && signature.get() == entry) {
        continue;
      }
      int from = (int) (entry.headerPosition() - zip.directoryPosition());
      System.arraycopy(zip.directory(), from, tail, at, entry.headerSize());
      LittleEndian.u32(tail, at + 42, newOffsets[i]);
      at += entry.headerSize();
    }
    System.arraycopy(zip.endRecord(), 0, tail, at, zip.endRecord().length);
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
    long[] offsets = new long[entries().size()];
    Optional<ArchiveEntry> signature = signature();
    List<Integer> byPosition = new ArrayList<>();
    for (int i = 0; i < offsets.length; i++) {
      byPosition.add(i);
    }
    byPosition.sort(Comparator.comparingLong(i -> entries().get(i).localOffset()));
    long next = 0;
    for (int i : byPosition) {
      if (signature.isPresent() && signature.get() == entries().get(i)) {
        continue;
      }
      offsets[i] = signature.isPresent() ? next : entries().get(i).localOffset();
      next += entries().get(i).size();
    }
    return offsets;
  }
}
