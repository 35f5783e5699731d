package dev.countermark.format.zip;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;

/** Random access to the bytes of a package, wherever they are. */
public interface ByteSource {
  /** Length in bytes. */
  long size();

  /**
   * Reads exactly {@code length} bytes.
   *
   * @throws EOFException when the range leaves the source
   */
  void read(long position, byte[] target, int offset, int length) throws IOException;

  /** The bytes of a range that the caller knows to be small. */
  default byte[] read(long position, int length) throws IOException {
    byte[] bytes = new byte[length];
    read(position, bytes, 0, length);
    return bytes;
  }

  /** The array itself, not a copy. */
  static ByteSource of(byte[] bytes) {
    return new ByteSource() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public void read(long position, byte[] target, int offset, int length) throws IOException {
        requireInside(this, position, length);
        System.arraycopy(bytes, (int) position, target, offset, length);
      }
    };
  }

  /** A file of fixed length; the channel's position is neither used nor moved. */
  static ByteSource of(FileChannel file) throws IOException {
    long size = file.size();
    return new ByteSource() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public void read(long position, byte[] target, int offset, int length) throws IOException {
        requireInside(this, position, length);
        ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
        while (buffer.hasRemaining()) {
          if (file.read(buffer, position + (buffer.position() - offset)) < 0) {
            throw new EOFException("the file became shorter");
          }
        }
      }
    };
  }

  /**
   * The same bytes. Before a piece of more than 4 KiB is read whole, as a central directory is, its
   * length is told: whoever counts memory may refuse it by throwing.
   */
  static ByteSource drawing(ByteSource source, LongConsumer memory) {
    return new ByteSource() {
      private static final int SMALL = 4 << 10;

      @Override
      public long size() {
        return source.size();
      }

      @Override
      public void read(long position, byte[] target, int offset, int length) throws IOException {
        source.read(position, target, offset, length);
      }

      @Override
      public byte[] read(long position, int length) throws IOException {
        requireInside(this, position, length);
        if (length > SMALL) {
          memory.accept(length);
        }
        return source.read(position, length);
      }
    };
  }

  private static void requireInside(ByteSource source, long position, int length)
      throws EOFException {
    if (position < 0 || length < 0 || position > source.size() - length) {
      throw new EOFException(
          "bytes %d to %d of %d".formatted(position, position + length, source.size()));
    }
  }
}
