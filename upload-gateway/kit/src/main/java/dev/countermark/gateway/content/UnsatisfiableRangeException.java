package dev.countermark.gateway.content;

/** No byte of a file is in the range that was asked for: 416. */
public final class UnsatisfiableRangeException extends RuntimeException {
  private final long size;

  UnsatisfiableRangeException(long size) {
    super("the file has " + size + " bytes", null, false, false);
    this.size = size;
  }

  /** The value of {@code Content-Range}. */
  public String contentRange() {
    return "bytes */" + size;
  }

  /** Bytes of the whole file. */
  public long size() {
    return size;
  }
}
