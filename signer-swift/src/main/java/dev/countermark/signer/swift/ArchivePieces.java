package dev.countermark.signer.swift;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.ByteRun;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Piece;
import dev.countermark.contracts.Upload;
import dev.countermark.format.zip.Splice;
import dev.countermark.format.zip.Splice.Added;
import dev.countermark.format.zip.Splice.Copied;
import dev.countermark.signer.service.UploadSource;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** Archives as records describe them: pieces of the upload, and bytes of ours in between. */
final class ArchivePieces {
  /** More bytes of ours in one piece do not ride in the record. */
  private static final int MAX_INLINE = 256 << 10;

  private final BlobStore store;

  ArchivePieces(BlobStore store) {
    this.store = store;
  }

  /** Stores what is too large for a record. */
  List<Piece> of(Splice archive) {
    List<Piece> pieces = new ArrayList<>();
    for (Splice.Piece piece : archive.pieces()) {
      if (piece instanceof Copied copied) {
        pieces.add(Piece.of(new ByteRun(copied.range().from(), copied.range().to())));
      } else if (piece instanceof Added added) {
        pieces.add(
            added.length() <= MAX_INLINE
                ? Piece.of(Bytes.of(added.bytes()))
                : Piece.of(stored(added.bytes())));
      }
    }
    return pieces;
  }

  /** Never an old object again: the sweeper may be about to delete what nobody named so far. */
  private Part stored(byte[] bytes) {
    Part part = new Part(Sha256.hex(bytes), bytes.length, UUID.randomUUID().toString());
    store.put(ObjectKeys.content(part.sha256(), part.upload()), bytes, bytes.length, part.sha256());
    return part;
  }

  /** SHA-256 of an archive that is about to be described. */
  static byte[] sha256(Splice archive, UploadSource upload) throws IOException {
    MessageDigest digest = Sha256.digest();
    for (Splice.Piece piece : archive.pieces()) {
      if (piece instanceof Copied copied) {
        upload.digest(copied.range().from(), copied.range().to(), digest);
      } else if (piece instanceof Added added) {
        digest.update(added.bytes());
      }
    }
    return digest.digest();
  }

  /** SHA-256 of an archive as a record describes it, lower-case hexadecimal. */
  String sha256(List<Piece> archive, Upload upload) throws IOException {
    MessageDigest digest = Sha256.digest();
    UploadSource source = new UploadSource(store, upload);
    for (Piece piece : archive) {
      if (piece.upload().isPresent()) {
        source.digest(piece.upload().get().from(), piece.upload().get().to(), digest);
      } else if (piece.inline().isPresent()) {
        digest.update(piece.inline().get().toArray());
      } else {
        new UploadSource(store, alone(piece.stored().orElseThrow()))
            .digest(0, piece.size(), digest);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static Upload alone(Part part) {
    return new Upload(List.of(part), part.size(), part.sha256());
  }
}
