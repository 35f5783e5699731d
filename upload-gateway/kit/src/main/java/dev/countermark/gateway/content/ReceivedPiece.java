package dev.countermark.gateway.content;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/**
 * Some bytes of a body, in memory or on the local disk. Used by one thread at a time; while it is
 * filled, that is the business of whoever receives it.
 */
public final class ReceivedPiece implements AutoCloseable {
  /** Bytes that a piece may always have in memory. */
  public static final int SMALL = 16 << 10;

  private final long most;

  /** How many bytes will come, as far as it is known; else -1. */
  private final long expected;

  private final MemoryBudget.Held held;
  private byte[] memory = new byte[0];
  private int inMemory;

  /** Waits for the disk; null for nothing. */
  private Buffer pending;

  private boolean onDisk;
  private FileChannel file;

  /** What the file takes of the folder; null without one. */
  private SpoolRoom.Held room;

  private long size;
  private boolean last;

  /**
   * An empty one.
   *
   * @param most bytes
   * @param announced bytes that will come, for this piece and those after it; -1 when it is not
   *     known
   * @param budget for what is more than {@link #SMALL}
   */
  public ReceivedPiece(long most, long announced, MemoryBudget budget) {
    this.most = most;
    this.expected = announced < 0 ? -1 : Math.min(most, announced);
    this.held = budget.none();
    this.onDisk = expected > PartReceiver.PART;
  }

  /** Bytes that it takes yet. */
  public long room() {
    return most - size;
  }

  public boolean isFull() {
    return size == most;
  }

  /** Whether it holds memory that others could have. */
  public boolean isDrawn() {
    return !onDisk && memory.length > SMALL;
  }

  /**
   * Takes more bytes.
   *
   * @return false when they, and all before, must be written to the disk first
   */
  public boolean add(Buffer bytes, int length) {
    size += length;
    if (!onDisk && hasMemory(inMemory + length)) {
      bytes.getBytes(0, length, memory, inMemory);
      inMemory += length;
      return true;
    }
    if (onDisk && inMemory + length <= SMALL) {
      collect(bytes, length);
      return true;
    }
    onDisk = true;
    pending = bytes.slice(0, length);
    return false;
  }

  /** Whoever sends some bytes at a time shall not cost a write each time. */
  private void collect(Buffer bytes, int length) {
    if (memory.length < inMemory + length) {
      memory = Arrays.copyOf(memory, SMALL);
    }
    bytes.getBytes(0, length, memory, inMemory);
    inMemory += length;
  }

  private boolean hasMemory(int needed) {
    if (needed <= memory.length) {
      return true;
    }
    if (needed > PartReceiver.PART) {
      return false;
    }
    int capacity = (int) capacity(needed);
    if (capacity > SMALL && !held.tryGrow(capacity - memory.length)) {
      return false;
    }
    memory = Arrays.copyOf(memory, capacity);
    return true;
  }

  private long capacity(int needed) {
    if (needed <= SMALL) {
      return expected < 0 ? SMALL : Math.min(expected, SMALL);
    }
    return expected < 0 ? Math.min(Math.max(needed, 2L * memory.length), most) : expected;
  }

  /** From now on it belongs to the disk. */
  public void spill() {
    onDisk = true;
  }

  /**
   * Writes to the disk what is not there yet.
   *
   * @param peer who sends it
   * @throws BusyException when it takes more of the folder than there is, for him or for anybody
   */
  public void write(SpoolFolder spool, String peer) throws IOException {
    long needed = Math.max(size, expected);
    if (room == null) {
      room = spool.room().of(peer);
    }
    room.growTo(needed);
    if (file == null) {
      file = spool.transientFile(needed);
    }
    flush();
    memory = new byte[0];
    held.shrinkTo(0);
    if (pending != null) {
      write(ByteBuffer.wrap(pending.getBytes()));
      pending = null;
    }
  }

  private void flush() throws IOException {
    write(ByteBuffer.wrap(memory, 0, inMemory));
    inMemory = 0;
  }

  private void write(ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (IOException e) {
      throw SpoolFolder.full(e);
    }
  }

  /** Says whether the body ends here. */
  public void last(boolean value) {
    last = value;
  }

  /** Whether the body ends here. */
  public boolean isLast() {
    return last;
  }

  /** Bytes. */
  public long size() {
    return size;
  }

  /** The bytes from the first on, once. */
  public InputStream open() throws IOException {
    if (file == null) {
      return new ByteArrayInputStream(memory, 0, inMemory);
    }
    flush();
    file.position(0);
    return Channels.newInputStream(file);
  }

  /**
   * The bytes in memory, for which there may be a wait.
   *
   * @return an array whose first {@link #size} bytes they are; not to be changed
   */
  public byte[] bytes() throws IOException {
    if (file != null && onDisk) {
      flush();
      held.grow(size);
      memory = new byte[Math.toIntExact(size)];
      ByteBuffer into = ByteBuffer.wrap(memory);
      while (into.hasRemaining()) {
        if (file.read(into, into.position()) < 0) {
          throw new EOFException("a received file was cut off on the disk");
        }
      }
      inMemory = memory.length;
      onDisk = false;
    }
    return memory;
  }

  @Override
  public void close() {
    held.close();
    memory = new byte[0];
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (room != null) {
        room.close();
      }
    }
  }
}
