package dev.countermark.format.zip;

/**
 * A run of bytes of a file.
 *
 * @param from position of the first byte
 * @param to position behind the last byte
 */
public record Range(long from, long to) {
  public Range {
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("range from " + from + " to " + to);
    }
  }

  public long length() {
    return to - from;
  }
}
