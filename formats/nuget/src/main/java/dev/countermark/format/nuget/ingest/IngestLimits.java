package dev.countermark.format.nuget.ingest;

/**
 * How far a package may unfold.
 *
 * @param totalBytes of all entries, inflated
 * @param entryBytes of one entry, inflated
 * @param ratio inflated to compressed bytes, of the package and of each entry, above 1 MiB inflated
 */
public record IngestLimits(long totalBytes, long entryBytes, int ratio) {
  /** Less may be as empty as it likes, bytes. */
  private static final long RATIO_FROM = 1 << 20;

  /** 8 GiB in all, 4 GiB an entry, 200 to 1. */
  public static IngestLimits defaults() {
    return new IngestLimits(8L << 30, 4L << 30, 200);
  }

  boolean isTooFar(long inflated, long compressed) {
    return inflated > RATIO_FROM && inflated / ratio > compressed;
  }
}
