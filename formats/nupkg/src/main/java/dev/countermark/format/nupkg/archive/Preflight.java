package dev.countermark.format.nupkg.archive;

import static dev.countermark.format.nupkg.archive.LittleEndian.u16;
import static dev.countermark.format.nupkg.archive.LittleEndian.u32;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** What no signer may sign, because readers would disagree about it (nuget reference, 1.5). */
public final class Preflight {
  /** Most entries of an archive that has no signature yet. */
  public static final int MAX_UNSIGNED_ENTRIES = 0xFFFD;

  /** More than any signature with two chains and two timestamps needs, bytes. */
  private static final int SIGNATURE_ROOM = 1 << 20;

  private static final long MAX_SIZE = 0xFFFFFFFEL;
  private static final int ZIP64_EXTRA = 1;

  private Preflight() {}

  /**
   * Reads every local header.
   *
   * @throws MalformedArchiveException naming the first objection
   */
  public static void check(PackageArchive archive) throws MalformedArchiveException, IOException {
    checkZip64(archive);
    checkEnd(archive);
    checkSignatureNames(archive);
    int unsigned = archive.entries().size() - archive.signatures().size();
    if (unsigned > MAX_UNSIGNED_ENTRIES) {
      throw new MalformedArchiveException(
          "NU3039", "the package has more than 65,533 entries and cannot be signed without Zip64");
    }
    if (archive.size() > MAX_SIZE - SIGNATURE_ROOM) {
      throw new MalformedArchiveException(
          "NU3039", "the package is too large to be signed without Zip64");
    }
    checkLocalHeaders(archive);
  }

  static MalformedArchiveException zip64() {
    return new MalformedArchiveException("NU3006", "Zip64 packages cannot be signed");
  }

  private static void checkZip64(PackageArchive archive) throws MalformedArchiveException {
    if (archive.hasZip64Locator()
        || archive.entries().stream().anyMatch(e -> hasExtra(e.extra(), ZIP64_EXTRA))) {
      throw zip64();
    }
  }

  private static void checkEnd(PackageArchive archive) throws MalformedArchiveException {
    byte[] end = archive.endRecord();
    int entries = archive.entries().size();
    if (archive.directoryEnd() != archive.endPosition()) {
      throw new MalformedArchiveException(
          "there are bytes between the central directory and its end record");
    }
    if (u16(end, 4) != 0 || u16(end, 6) != 0) {
      throw new MalformedArchiveException("the archive is split over several disks");
    }
    if (u16(end, 8) != entries
        || u16(end, 10) != entries
        || u32(end, 12) != archive.directoryEnd() - archive.directoryPosition()) {
      throw new MalformedArchiveException(
          "the end record does not agree with the central directory");
    }
    if (u16(end, 20) != end.length - PackageArchive.END_RECORD) {
      throw new MalformedArchiveException("there are bytes after the end of the archive");
    }
    if (entries == 0) {
      throw new MalformedArchiveException("the package is empty");
    }
  }

  private static void checkSignatureNames(PackageArchive archive) throws MalformedArchiveException {
    if (archive.signatures().size() > 1) {
      throw new MalformedArchiveException("the package contains multiple package signature files");
    }
    for (ArchiveEntry entry : archive.entries()) {
      if (!entry.isSignature() && entry.nameText().equalsIgnoreCase(ArchiveEntry.SIGNATURE)) {
        throw new MalformedArchiveException(
            entry.hasSignatureName() ? "NU3005" : "",
            "an entry is named like the package signature file but is none");
      }
    }
  }

  private static void checkLocalHeaders(PackageArchive archive)
      throws MalformedArchiveException, IOException {
    List<ArchiveEntry> entries =
        archive.entries().stream()
            .sorted(Comparator.comparingLong(ArchiveEntry::localOffset))
            .toList();
    if (entries.get(0).localOffset() != 0) {
      throw new MalformedArchiveException("there are bytes before the first entry");
    }
    long previous = -1;
    for (ArchiveEntry entry : entries) {
      if (entry.diskStart() != 0) {
        throw new MalformedArchiveException("the archive is split over several disks");
      }
      if (entry.localOffset() == previous) {
        throw new MalformedArchiveException("two entries have one local header");
      }
      previous = entry.localOffset();
      LocalHeader local = archive.localHeader(entry);
      if (hasExtra(local.extra(), ZIP64_EXTRA)) {
        throw zip64();
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
