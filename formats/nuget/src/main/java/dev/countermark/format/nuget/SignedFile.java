package dev.countermark.format.nuget;

import dev.countermark.contracts.ByteRun;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Piece;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The package as it is handed out: runs of the upload's bytes, then the tail.
 *
 * @param runs of the upload, in order
 * @param inlineTail signature entry, central directory and end record; absent when they are too
 *     many bytes for a record
 * @param storedTail the same as content
 * @param size of the whole, bytes
 * @param etag changes whenever a byte of the package changes
 */
public record SignedFile(
    List<ByteRun> runs,
    Optional<Bytes> inlineTail,
    Optional<Part> storedTail,
    long size,
    String etag) {
  public SignedFile {
    runs = List.copyOf(runs);
    inlineTail = inlineTail == null ? Optional.empty() : inlineTail;
    storedTail = storedTail == null ? Optional.empty() : storedTail;
  }

  /** Runs and tail, in order. */
  public List<Piece> pieces() {
    return Stream.of(
            runs.stream().map(Piece::of),
            inlineTail.stream().map(Piece::of),
            storedTail.stream().map(Piece::of))
        .flatMap(pieces -> pieces)
        .toList();
  }
}
