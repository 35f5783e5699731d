package dev.countermark.format.nuget.archive;

import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.Range;
import dev.countermark.format.zip.Splice;
import java.util.ArrayList;
import java.util.List;

/**
 * A file that is made of another one: runs of its bytes in order, then new bytes. A package is
 * signed and stripped in this form, so that nobody has to copy it.
 *
 * @param ranges of the other file; none is empty
 * @param tail what follows them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
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
    List<Splice.Piece> pieces = new ArrayList<>();
    ranges.forEach(range -> pieces.add(new Splice.Copied(range)));
    pieces.add(new Splice.Added(tail));
    return new Splice(pieces).over(other);
  }
}
