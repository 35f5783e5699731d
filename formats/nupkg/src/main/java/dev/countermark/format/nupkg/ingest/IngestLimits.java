package dev.countermark.format.nupkg.ingest;

/**
 * How far a package may unfold.
 *
 * @param totalBytes of all entries, inflated
 * @param entryBytes of one entry, inflated
 * @param ratio inflated to compressed bytes, for entries above {@link #RATIO_FROM} bytes
 */
public record IngestLimits(long totalBytes, long entryBytes, int ratio) {
  /** Smaller entries may be as empty as they like. */
  static final long RATIO_FROM = 1 << 20;

  /** 8 GiB in all, 4 GiB an entry, 200 to 1. */
  public static IngestLimits defaults() {
    return new IngestLimits(8L << 30, 4L << 30, 200);
  }
}
