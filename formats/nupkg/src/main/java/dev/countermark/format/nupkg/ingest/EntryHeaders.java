package dev.countermark.format.nupkg.ingest;

import dev.countermark.format.nupkg.archive.ArchiveEntry;
import dev.countermark.format.nupkg.archive.LocalHeader;
import dev.countermark.format.nupkg.archive.MalformedArchiveException;
import dev.countermark.format.nupkg.archive.PackageArchive;
import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** What an entry's two headers must say, and that they say the same. */
final class EntryHeaders {
  private static final int FLAG_ENCRYPTED = 1;
  private static final int FLAG_SIZES_FOLLOW = 1 << 3;
  private static final int FLAG_STRONG_ENCRYPTION = 1 << 6;
  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  private final PackageArchive archive;
  private final Clock clock;

  EntryHeaders(PackageArchive archive, Clock clock) {
    this.archive = archive;
    this.clock = clock;
  }

  /**
   * @param name of the entry, as text
   * @throws RefusedPackageException naming the first objection
   */
  void check(String name, ArchiveEntry entry)
      throws RefusedPackageException, MalformedArchiveException, IOException {
    LocalHeader local = archive.localHeader(entry);
    if (((entry.flags() | local.flags()) & (FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTION)) != 0) {
      throw refused("is encrypted", name);
    }
    if (entry.method() != STORED && entry.method() != DEFLATED) {
      throw refused("is neither stored nor deflated", name);
    }
    if (entry.method() == STORED && entry.compressedSize() != entry.uncompressedSize()) {
      throw refused("is stored but has two sizes", name);
    }
    if (!agree(entry, local)) {
      throw refused("has headers that disagree", name);
    }
    if (isFuture(entry)) {
      throw refused("is dated in the future", name);
    }
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

  /** More than a day, for the archive says no time zone. */
  private boolean isFuture(ArchiveEntry entry) {
    int date = entry.dosDate();
    int time = entry.dosTime();
    try {
      LocalDateTime written =
          LocalDateTime.of(
              1980 + (date >> 9),
              date >> 5 & 15,
              date & 31,
              time >> 11,
              time >> 5 & 63,
              Math.min((time & 31) * 2, 59));
      return written.toInstant(ZoneOffset.UTC).isAfter(clock.instant().plus(Duration.ofDays(1)));
    } catch (DateTimeException e) {
      return false; // no date at all, as many writers leave it
    }
  }

  private static RefusedPackageException refused(String what, String name) {
    return new RefusedPackageException("An entry " + what + ": " + EntryNames.shown(name));
  }
}
