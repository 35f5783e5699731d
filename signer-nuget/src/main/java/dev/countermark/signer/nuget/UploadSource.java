package dev.countermark.signer.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.Upload;
import dev.countermark.format.zip.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * An upload where it lies in the store. Small ones are read whole, once, and their hash is checked;
 * of large ones only the pieces that are asked for are read.
 */
final class UploadSource implements ByteSource {
  private static final int BLOCK = 64 << 10;

  private final BlobStore store;
  private final Upload upload;
  private byte[] whole;
  private long blockAt = -1;
  private byte[] block;

  UploadSource(BlobStore store, Upload upload) {
    this.store = store;
    this.upload = upload;
  }

  /**
   * Reads everything into memory.
   *
   * @return SHA-256, lower-case hexadecimal
   */
  String readWhole(MessageDigest sha256) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(upload.size())];
    readThrough(0, bytes, 0, bytes.length);
    whole = bytes;
    return HexFormat.of().formatHex(sha256.digest(bytes));
  }

  @Override
  public long size() {
    return upload.size();
  }

  @Override
  public void read(long position, byte[] target, int offset, int length) throws IOException {
    if (position < 0 || length < 0 || position > size() - length) {
      throw new EOFException("outside of the upload");
    }
    if (whole != null) {
      System.arraycopy(whole, (int) position, target, offset, length);
    } else if (length >= BLOCK) {
      readThrough(position, target, offset, length);
    } else {
      // Headers are read one by one and lie close together.
      if (block == null || position < blockAt || position + length > blockAt + block.length) {
        blockAt = Math.min(position, Math.max(0, size() - BLOCK));
        block = new byte[(int) Math.min(BLOCK, size() - blockAt)];
        readThrough(blockAt, block, 0, block.length);
      }
      System.arraycopy(block, (int) (position - blockAt), target, offset, length);
    }
  }

  private void readThrough(long position, byte[] target, int offset, int length)
      throws IOException {
    long start = 0;
    int done = 0;
    for (Part part : upload.parts()) {
      long at = position + done - start;
      if (done < length && at < part.size()) {
        int count = (int) Math.min(part.size() - at, length - done);
        try (InputStream in =
            store
                .open(ObjectKeys.content(part.sha256(), part.upload()), at, count)
                .orElseThrow(
                    () ->
                        new Failure.Permanent(
                            Refusal.BLOB_GONE, "a part of the upload is no longer there"))) {
          if (in.readNBytes(target, offset + done, count) < count) {
            throw new Failure.Permanent(
                Refusal.BLOB_GONE, "a part of the upload is shorter than it was");
          }
        }
        done += count;
      }
      start += part.size();
    }
    if (done < length) {
      throw new Failure.Permanent(Refusal.BLOB_GONE, "the upload is shorter than its record says");
    }
  }
}
