package dev.countermark.format.zip;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes ZIP archives byte by byte, so that every field can be right or wrong on purpose. */
public final class TestArchives {
  private final List<Entry> entries = new ArrayList<>();
  private byte[] prefix = new byte[0];
  private byte[] gap = new byte[0];
  private byte[] comment = new byte[0];
  private byte[] trailing = new byte[0];
  private boolean reversedDirectory;

  /** One entry; every field may be changed after the data was set. */
  public static final class Entry {
    public byte[] localName;
    public byte[] centralName;
    public int flags;
    public int localFlags;
    public int method;
    public long crc32;
    public long compressedSize;
    public long uncompressedSize;
    public byte[] data;
    public byte[] localExtra = new byte[0];
    public byte[] centralExtra = new byte[0];
    public byte[] descriptor = new byte[0];
    public int versionMadeBy = 20;
    public int diskStart;
    public long externalAttributes;
    public int dosTime;
    public int dosDate = 0x5821;
    public Long localOffset;
    long writtenAt;
  }

  public static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Adds an entry as it is. */
  public Entry stored(String name, byte[] data) {
    Entry entry = entry(name, data);
    entry.data = data;
    entry.compressedSize = data.length;
    entries.add(entry);
    return entry;
  }

  /** Adds a compressed entry. */
  public Entry deflated(String name, byte[] data) {
    Entry entry = entry(name, data);
    entry.method = 8;
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    try {
      deflater.setInput(data);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      entry.data = out.toByteArray();
    } finally {
      deflater.end();
    }
    entry.compressedSize = entry.data.length;
    entries.add(entry);
    return entry;
  }

  /** A compressed entry whose sizes follow its data (flag bit 3), as many writers do it. */
  public Entry withDescriptor(String name, byte[] data) {
    Entry entry = deflated(name, data);
    entry.flags |= 8;
    entry.localFlags |= 8;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    u32(out, 0x08074b50L);
    u32(out, entry.crc32);
    u32(out, entry.compressedSize);
    u32(out, entry.uncompressedSize);
    entry.descriptor = out.toByteArray();
    return entry;
  }

  private static Entry entry(String name, byte[] data) {
    Entry entry = new Entry();
    entry.localName = ascii(name);
    entry.centralName = entry.localName;
    CRC32 crc = new CRC32();
    crc.update(data);
    entry.crc32 = crc.getValue();
    entry.uncompressedSize = data.length;
    return entry;
  }

  /** Bytes before the first entry. */
  public TestArchives prefix(byte[] bytes) {
    prefix = bytes;
    return this;
  }

  /** Bytes between the central directory and the end record. */
  public TestArchives gap(byte[] bytes) {
    gap = bytes;
    return this;
  }

  public TestArchives comment(String text) {
    comment = ascii(text);
    return this;
  }

  /** Bytes behind everything. */
  public TestArchives trailing(byte[] bytes) {
    trailing = bytes;
    return this;
  }

  /** The central directory lists the entries last to first. */
  public TestArchives reversedDirectory() {
    reversedDirectory = true;
    return this;
  }

  public byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(prefix);
    for (Entry e : entries) {
      e.writtenAt = out.size();
      boolean sizesFollow = e.descriptor.length > 0;
      u32(out, 0x04034b50L);
      u16(out, 20);
      u16(out, e.localFlags);
      u16(out, e.method);
      u16(out, e.dosTime);
      u16(out, e.dosDate);
      u32(out, sizesFollow ? 0 : e.crc32);
      u32(out, sizesFollow ? 0 : e.compressedSize);
      u32(out, sizesFollow ? 0 : e.uncompressedSize);
      u16(out, e.localName.length);
      u16(out, e.localExtra.length);
      out.writeBytes(e.localName);
      out.writeBytes(e.localExtra);
      out.writeBytes(e.data);
      out.writeBytes(e.descriptor);
    }
    long directory = out.size();
    List<Entry> order = new ArrayList<>(entries);
    if (reversedDirectory) {
      java.util.Collections.reverse(order);
    }
    for (Entry e : order) {
      u32(out, 0x02014b50L);
      u16(out, e.versionMadeBy);
      u16(out, 20);
      u16(out, e.flags);
      u16(out, e.method);
      u16(out, e.dosTime);
      u16(out, e.dosDate);
      u32(out, e.crc32);
      u32(out, e.compressedSize);
      u32(out, e.uncompressedSize);
      u16(out, e.centralName.length);
      u16(out, e.centralExtra.length);
      u16(out, 0);
      u16(out, e.diskStart);
      u16(out, 0);
      u32(out, e.externalAttributes);
      u32(out, e.localOffset == null ? e.writtenAt : e.localOffset);
      out.writeBytes(e.centralName);
      out.writeBytes(e.centralExtra);
    }
    long length = out.size() - directory;
    out.writeBytes(gap);
    u32(out, 0x06054b50L);
    u16(out, 0);
    u16(out, 0);
    u16(out, entries.size());
    u16(out, entries.size());
    u32(out, length);
    u32(out, directory);
    u16(out, comment.length);
    out.writeBytes(comment);
    out.writeBytes(trailing);
    return out.toByteArray();
  }

  private static void u16(ByteArrayOutputStream out, int value) {
    out.write(value);
    out.write(value >>> 8);
  }

  private static void u32(ByteArrayOutputStream out, long value) {
    u16(out, (int) value);
    u16(out, (int) (value >>> 16));
  }
}
