package dev.countermark.contracts;

import java.util.Optional;

/**
 * A piece of a file as it is handed out; exactly one member is present.
 *
 * @param upload a run of the upload's bytes
 * @param inline bytes that the signer added
 * @param stored the same as content, when they are too many for a record
 */
public record Piece(Optional<ByteRun> upload, Optional<Bytes> inline, Optional<Part> stored) {
  public Piece {
    upload = upload == null ? Optional.empty() : upload;
    inline = inline == null ? Optional.empty() : inline;
    stored = stored == null ? Optional.empty() : stored;
    if (upload.stream().count() + inline.stream().count() + stored.stream().count() != 1) {
      throw new IllegalArgumentException("a piece is a run, inline or stored");
    }
  }

  public static Piece of(ByteRun upload) {
    return new Piece(Optional.of(upload), Optional.empty(), Optional.empty());
  }

  public static Piece of(Bytes inline) {
    return new Piece(Optional.empty(), Optional.of(inline), Optional.empty());
  }

  public static Piece of(Part stored) {
    return new Piece(Optional.empty(), Optional.empty(), Optional.of(stored));
  }

  /** Bytes. */
  public long size() {
    return upload
        .map(run -> run.to() - run.from())
        .or(() -> inline.map(bytes -> (long) bytes.length()))
        .or(() -> stored.map(Part::size))
        .orElseThrow();
  }
}
