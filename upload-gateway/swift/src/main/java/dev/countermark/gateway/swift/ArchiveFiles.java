package dev.countermark.gateway.swift;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.PartsInputStream;
import dev.countermark.contracts.Piece;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Hands out archives, put together from the upload and what the signer added. */
final class ArchiveFiles {
  private final BlobStore store;

  ArchiveFiles(BlobStore store) {
    this.store = store;
  }

  /**
   * Streams a part of an available release's archive; the caller closes the stream.
   *
   * @param first first byte
   * @param length number of bytes; must lie within the archive
   */
  InputStream open(ReleaseRecord release, long first, long length) {
    List<InputStream> pieces = new ArrayList<>();
    long start = 0;
    for (Piece piece : release.signed().orElseThrow().archive()) {
      long from = Math.max(first, start);
      long to = Math.min(first + length, start + piece.size());
      if (from < to) {
        pieces.add(open(release, piece, from - start, to - from));
      }
      start += piece.size();
    }
    return new SequenceInputStream(Collections.enumeration(pieces));
  }

  /** Opens nothing in the store before it is read. */
  private InputStream open(ReleaseRecord release, Piece piece, long first, long length) {
    if (piece.upload().isPresent()) {
      long from = piece.upload().get().from() + first;
      return new PartsInputStream(store, release.upload().parts(), from, length);
    }
    if (piece.stored().isPresent()) {
      return new PartsInputStream(store, List.of(piece.stored().get()), first, length);
    }
    byte[] inline = piece.inline().orElseThrow().toArray();
    return new ByteArrayInputStream(inline, Math.toIntExact(first), Math.toIntExact(length));
  }
}
