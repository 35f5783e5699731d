package dev.countermark.format.zip;

import static dev.countermark.format.zip.ArchiveEntry.DEFLATED;
import static dev.countermark.format.zip.ArchiveEntry.FLAG_ENCRYPTED;
import static dev.countermark.format.zip.ArchiveEntry.FLAG_SIZES_FOLLOW;
import static dev.countermark.format.zip.ArchiveEntry.FLAG_STRONG_ENCRYPTION;
import static dev.countermark.format.zip.ArchiveEntry.STORED;

import java.util.Optional;

/** What an entry's two headers must say for every reader to unpack the same. */
public final class EntryHeaders {
  private EntryHeaders() {}

  /**
   * The first objection, in words that continue "the entry"; empty when there is none.
   *
   * @param local that {@code entry} points to
   */
  public static Optional<String> objection(ArchiveEntry entry, LocalHeader local) {
    int flags = entry.flags() | local.flags();
    if ((flags & (FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTION)) != 0) {
      return Optional.of("is encrypted");
    }
    if (entry.method() != STORED && entry.method() != DEFLATED) {
      return Optional.of("is neither stored nor deflated");
    }
    if (entry.method() == STORED && entry.compressedSize() != entry.uncompressedSize()) {
      return Optional.of("is stored but has two sizes");
    }
    return agree(entry, local) ? Optional.empty() : Optional.of("has headers that disagree");
  }

  /** Readers of streams believe the local header, others the central one. */
  private static boolean agree(ArchiveEntry entry, LocalHeader local) {
    boolean unknownYet =
        (local.flags() & FLAG_SIZES_FOLLOW) != 0
            && local.crc32() == 0
            && local.compressedSize() == 0
            && local.uncompressedSize() == 0;
    return local.method() == entry.method()
        && (unknownYet
            || local.crc32() == entry.crc32()
                && local.compressedSize() == entry.compressedSize()
                && local.uncompressedSize() == entry.uncompressedSize());
  }
}
