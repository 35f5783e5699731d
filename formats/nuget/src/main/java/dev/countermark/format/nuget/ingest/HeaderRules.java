package dev.countermark.format.nuget.ingest;

import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.metadata.Strictness;
import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.EntryHeaders;
import dev.countermark.format.zip.LocalHeader;
import dev.countermark.format.zip.MalformedArchiveException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** What an entry's two headers must say. */
final class HeaderRules {
  private final PackageArchive archive;
  private final Strictness strictness;
  private final Instant now;

  HeaderRules(PackageArchive archive, Strictness strictness, Instant now) {
    this.archive = archive;
    this.strictness = strictness;
    this.now = now;
  }

  /**
   * @param name of the entry, as text
   * @throws RefusedPackageException naming the first objection
   */
  void check(String name, ArchiveEntry entry)
      throws RefusedPackageException, MalformedArchiveException, IOException {
    LocalHeader local = archive.localHeader(entry);
    Optional<String> objection = EntryHeaders.objection(entry, local);
    if (objection.isPresent()) {
      throw refused(objection.get(), name);
    }
    if (strictness == Strictness.GALLERY && isFuture(entry)) {
      throw refused("is dated more than a day in the future", name);
    }
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
      return written.toInstant(ZoneOffset.UTC).isAfter(now.plus(Duration.ofDays(1)));
    } catch (DateTimeException e) {
      return false; // no date at all, as many writers leave it
    }
  }

  private static RefusedPackageException refused(String what, String name) {
    return new RefusedPackageException("An entry " + what + ": " + EntryNames.shown(name));
  }
}
