package dev.countermark.format.swift.archive;

import dev.countermark.format.swift.archive.InvalidArchiveException.Rule;
import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.LittleEndian;
import dev.countermark.format.zip.LocalHeader;
import java.io.IOException;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Reads entries to their end, to nowhere or into memory, and proves what their headers say. */
final class EntryContent implements AutoCloseable {
  private static final int BUFFER = 64 << 10;
  private static final long DESCRIPTOR_MAGIC = 0x08074b50L;

  private final ByteSource source;
  private final Inflater inflater = new Inflater(true);
  private final byte[] in = new byte[BUFFER];
  private final byte[] out = new byte[BUFFER];

  EntryContent(ByteSource source) {
    this.source = source;
  }

  /**
   * Reads an entry, and keeps nothing.
   *
   * @throws InvalidArchiveException when it is not what its header says
   */
  void check(String name, ArchiveEntry entry, LocalHeader local)
      throws InvalidArchiveException, IOException {
    read(name, entry, local, new byte[0]);
  }

  /**
   * An entry's bytes.
   *
   * @param entry whose inflated size the caller knows to be small
   */
  byte[] bytes(String name, ArchiveEntry entry, LocalHeader local)
      throws InvalidArchiveException, IOException {
    byte[] bytes = new byte[Math.toIntExact(entry.uncompressedSize())];
    read(name, entry, local, bytes);
    return bytes;
  }

  private void read(String name, ArchiveEntry entry, LocalHeader local, byte[] kept)
      throws InvalidArchiveException, IOException {
    checkEnd(name, entry, local);
    Sink sink = new Sink(entry.uncompressedSize(), kept);
    long at = entry.localOffset() + local.length();
    long end = at + entry.compressedSize();
    inflater.reset();
    boolean stored = entry.method() == ArchiveEntry.STORED;
    boolean complete = stored;
    try {
      while (at < end && !sink.overflown && (stored || !complete)) {
        int count = (int) Math.min(in.length, end - at);
        source.read(at, in, 0, count);
        at += count;
        if (stored) {
          sink.take(in, count);
        } else {
          complete = inflate(count, sink);
        }
      }
    } catch (DataFormatException e) {
      throw damaged(name, e);
    }
    boolean allRead = at == end && (stored || complete && inflater.getRemaining() == 0);
    if (!allRead || !complete || !sink.isComplete(entry.crc32())) {
      throw damaged(name, null);
    }
  }

  /** Whether the end of the compressed data was reached. */
  private boolean inflate(int count, Sink sink) throws DataFormatException {
    inflater.setInput(in, 0, count);
    while (!sink.overflown) {
      int inflated = inflater.inflate(out);
      sink.take(out, inflated);
      if (inflater.finished()) {
        return true;
      }
      if (inflater.needsDictionary()) {
        throw new DataFormatException("a dictionary that nobody has");
      }
      if (inflated == 0) {
        return false;
      }
    }
    return false;
  }

  /** Between an entry's data and the next entry there is nothing but the sizes that follow. */
  private void checkEnd(String name, ArchiveEntry entry, LocalHeader local)
      throws InvalidArchiveException, IOException {
    long end = entry.localOffset() + local.length() + entry.compressedSize();
    long rest = entry.localOffset() + entry.size() - end;
    boolean follow = (local.flags() & ArchiveEntry.FLAG_SIZES_FOLLOW) != 0;
    if (follow && (rest == 12 || rest == 16)) {
      byte[] descriptor = source.read(end, (int) rest);
      int at = (int) rest - 12;
      if ((at == 0 || LittleEndian.u32(descriptor, 0) == DESCRIPTOR_MAGIC)
          && LittleEndian.u32(descriptor, at) == entry.crc32()
          && LittleEndian.u32(descriptor, at + 4) == entry.compressedSize()
          && LittleEndian.u32(descriptor, at + 8) == entry.uncompressedSize()) {
        return;
      }
    }
    if (follow || rest != 0) {
      throw new InvalidArchiveException(
          Rule.STRUCTURE, "There are bytes that belong to no entry, behind " + name + ".");
    }
  }

  private static InvalidArchiveException damaged(String name, Throwable cause) {
    return new InvalidArchiveException(
        Rule.DAMAGED, "An entry is not what its header says: " + name + ".", cause);
  }

  @Override
  public void close() {
    inflater.end();
  }

  private static final class Sink {
    private final long expected;
    private final byte[] kept;
    private final CRC32 crc = new CRC32();
    private long size;
    private boolean overflown;

    Sink(long expected, byte[] kept) {
      this.expected = expected;
      this.kept = kept;
    }

    void take(byte[] bytes, int count) {
      if (size + count > expected) {
        overflown = true;
        return;
      }
      if (kept.length > 0) {
        System.arraycopy(bytes, 0, kept, (int) size, count);
      }
      crc.update(bytes, 0, count);
      size += count;
    }

    boolean isComplete(long crc32) {
      return !overflown && size == expected && crc.getValue() == crc32;
    }
  }
}
