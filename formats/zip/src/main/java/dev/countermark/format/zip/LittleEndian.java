package dev.countermark.format.zip;

/** Unsigned little-endian numbers, the only kind a ZIP archive has. */
public final class LittleEndian {
  private LittleEndian() {}

  public static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) | (bytes[at + 1] & 0xFF) << 8;
  }

  public static long u32(byte[] bytes, int at) {
    return u16(bytes, at) | (long) u16(bytes, at + 2) << 16;
  }

  public static void u16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) value;
    bytes[at + 1] = (byte) (value >>> 8);
  }

  public static void u32(byte[] bytes, int at, long value) {
    u16(bytes, at, (int) value);
    u16(bytes, at + 2, (int) (value >>> 16));
  }
}
