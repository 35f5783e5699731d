package dev.countermark.format.nuget.archive;

import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.MalformedArchiveException;
import dev.countermark.format.zip.Zip64Exception;
import java.io.IOException;

/** What no signer may sign, because readers would disagree about it (nuget reference, 1.5). */
public final class Preflight {
  /** Most entries of an archive that has no signature yet. */
  public static final int MAX_UNSIGNED_ENTRIES = 0xFFFD;

  /** More than any signature with two chains and two timestamps needs, bytes. */
  private static final int SIGNATURE_ROOM = 1 << 20;

  private static final long MAX_SIZE = 0xFFFFFFFEL;

  private Preflight() {}

  /**
   * Reads every local header.
   *
   * @throws MalformedArchiveException naming the first objection
   */
  public static void check(PackageArchive archive) throws MalformedArchiveException, IOException {
    try {
      archive.zip().checkZip64();
      archive.zip().checkEnd();
      checkSigning(archive);
      archive.zip().checkLocalHeaders();
    } catch (Zip64Exception e) {
      throw zip64();
    }
  }

  private static void checkSigning(PackageArchive archive) throws MalformedArchiveException {
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
  }

  static MalformedArchiveException zip64() {
    return new MalformedArchiveException("NU3006", "Zip64 packages cannot be signed");
  }

  private static void checkSignatureNames(PackageArchive archive) throws MalformedArchiveException {
    if (archive.signatures().size() > 1) {
      throw new MalformedArchiveException("the package contains multiple package signature files");
    }
    for (ArchiveEntry entry : archive.entries()) {
      if (!PackageArchive.isSignature(entry)
          && entry.nameText().equalsIgnoreCase(PackageArchive.SIGNATURE)) {
        throw new MalformedArchiveException(
            PackageArchive.hasSignatureName(entry) ? "NU3005" : "",
            "an entry is named like the package signature file but is none");
      }
    }
  }
}
