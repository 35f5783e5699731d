package dev.countermark.format.swift.archive;

/**
 * How far an archive may unfold.
 *
 * @param entries files and folders
 * @param totalBytes of all entries, inflated
 * @param entryBytes of one entry, inflated
 * @param ratio inflated to compressed bytes, of the archive and of each entry, above 1 MiB inflated
 * @param manifestBytes of one manifest; signature lines may add 64 KiB
 */
public record ArchiveLimits(
    int entries, long totalBytes, long entryBytes, int ratio, int manifestBytes) {
  /** Less may be as empty as it likes, bytes. */
  private static final long RATIO_FROM = 1 << 20;

  /** 50,000 entries, 8 GiB in all, 4 GiB an entry, 200 to 1, manifests of 1 MiB. */
  public static ArchiveLimits defaults() {
    return new ArchiveLimits(50_000, 8L << 30, 4L << 30, 200, 1 << 20);
  }

  boolean isTooFar(long inflated, long compressed) {
    return inflated > RATIO_FROM && inflated / ratio > compressed;
  }
}
