package dev.countermark.format.zip;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;

/**
 * A file that is made of another one: runs of its bytes and new bytes, in order. Archives are
 * changed in this form, so that nobody has to copy them.
 *
 * @param pieces in order
 */
public record Splice(List<Piece> pieces) {
  public Splice {
    pieces = List.copyOf(pieces);
  }

  /** A part of the made file. */
  public sealed interface Piece {
    /** Bytes. */
    long length();
  }

  /** A run of the other file's bytes. */
  public record Copied(Range range) implements Piece {
    @Override
    public long length() {
      return range.length();
    }
  }

  /**
   * New bytes.
   *
   * @param bytes not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Added(byte[] bytes) implements Piece {
    @Override
    public long length() {
      return bytes.length;
    }
  }

  /** Length of the made file, bytes. */
  public long size() {
    return pieces.stream().mapToLong(Piece::length).sum();
  }

  /** The made file, read in place. */
  public ByteSource over(ByteSource other) {
    long size = size();
    return new ByteSource() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public void read(long position, byte[] target, int offset, int length) throws IOException {
        if (position < 0 || length < 0 || position > size - length) {
          throw new EOFException("outside of the file");
        }
        long start = 0;
        int done = 0;
        for (Piece piece : pieces) {
          long at = position + done - start;
          if (done < length && at < piece.length()) {
            int count = (int) Math.min(piece.length() - at, length - done);
            copy(piece, at, target, offset + done, count);
            done += count;
          }
          start += piece.length();
        }
      }

      private void copy(Piece piece, long at, byte[] target, int offset, int count)
          throws IOException {
        if (piece instanceof Copied copied) {
          other.read(copied.range().from() + at, target, offset, count);
        } else if (piece instanceof Added added) {
          System.arraycopy(added.bytes(), (int) at, target, offset, count);
        }
      }
    };
  }
}
