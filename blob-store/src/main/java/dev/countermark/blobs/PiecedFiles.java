package dev.countermark.blobs;

import dev.countermark.contracts.Piece;
import dev.countermark.contracts.Upload;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Files that are put together from runs of an upload and what a signer added. */
public final class PiecedFiles {
  private final BlobStore store;

  public PiecedFiles(BlobStore store) {
    this.store = store;
  }

  /**
   * Streams a part of a file; the caller closes the stream.
   *
   * @param pieces of the file, in order
   * @param first first byte
   * @param length number of bytes; must lie within the file
   */
  public InputStream open(Upload upload, List<Piece> pieces, long first, long length) {
    List<InputStream> wanted = new ArrayList<>();
    long start = 0;
    for (Piece piece : pieces) {
      long from = Math.max(first, start);
      long to = Math.min(first + length, start + piece.size());
      if (from < to) {
        wanted.add(open(upload, piece, from - start, to - from));
      }
      start += piece.size();
    }
    return new SequenceInputStream(Collections.enumeration(wanted));
  }

  /** Opens nothing in the store before it is read. */
  private InputStream open(Upload upload, Piece piece, long first, long length) {
    if (piece.upload().isPresent()) {
      long from = piece.upload().get().from() + first;
      return new PartsInputStream(store, upload.parts(), from, length);
    }
    if (piece.stored().isPresent()) {
      return new PartsInputStream(store, List.of(piece.stored().get()), first, length);
    }
    byte[] inline = piece.inline().orElseThrow().toArray();
    return new ByteArrayInputStream(inline, Math.toIntExact(first), Math.toIntExact(length));
  }
}
