package dev.countermark.format.nupkg.archive;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;

/**
 * A file that is made of another one: runs of its bytes in order, then new bytes. A package is
 * signed and stripped in this form, so that nobody has to copy it.
 *
 * @param ranges of the other file; none is empty
 * @param tail what follows them
 */
public record Layout(List<Range> ranges, byte[] tail) {
  public Layout {
    ranges = List.copyOf(ranges);
  }

  /** Length of the made file, bytes. */
  public long size() {
    return copied() + tail.length;
  }

  /** How many bytes come from the other file. */
  public long copied() {
    return ranges.stream().mapToLong(Range::length).sum();
  }

  /** The made file, read in place. */
  public ByteSource over(ByteSource other) {
    ByteSource end = ByteSource.of(tail);
    return new ByteSource() {
      @Override
      public long size() {
        return Layout.this.size();
      }

      @Override
      public void read(long position, byte[] target, int offset, int length) throws IOException {
        if (position < 0 || length < 0 || position > size() - length) {
          throw new EOFException("outside of the file");
        }
        long start = 0;
        int done = 0;
        for (Range range : ranges) {
          long at = position + done - start;
          if (done < length && at < range.length()) {
            int count = (int) Math.min(range.length() - at, length - done);
            other.read(range.from() + at, target, offset + done, count);
            done += count;
          }
          start += range.length();
        }
        if (done < length) {
          end.read(position + done - start, target, offset + done, length - done);
        }
      }
    };
  }
}
