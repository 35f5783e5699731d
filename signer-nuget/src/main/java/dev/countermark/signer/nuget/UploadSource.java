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
import java.util.Map;
import java.util.TreeMap;

/**
 * An upload where it lies in the store. Small ones are read whole, once, and their hash is checked;
 * of large ones only the pieces that are asked for are read.
 */
final class UploadSource implements ByteSource {
  /** Read at once while reads follow each other closely. */
  private static final int BLOCK = 64 << 10;

  /** Read at once elsewhere: a local header, and then some. */
  private static final int PEEK = 1 << 10;

  /** Most bytes of blocks that are remembered; headers are read twice. */
  private static final int REMEMBERED = 8 << 20;

  private final BlobStore store;
  private final Upload upload;
  private byte[] whole;
  private final TreeMap<Long, byte[]> blocks = new TreeMap<>();
  private int remembered;
  private long readTo = -1;

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
      Map.Entry<Long, byte[]> block = blocks.floorEntry(position);
      if (block == null || position + length > block.getKey() + block.getValue().length) {
        block = Map.entry(position, block(position, length));
      }
      System.arraycopy(block.getValue(), (int) (position - block.getKey()), target, offset, length);
    }
  }

  /** Headers are read one by one: of small entries they lie close together, of large ones not. */
  private byte[] block(long position, int length) throws IOException {
    boolean close = position >= readTo - PEEK && position < readTo + BLOCK;
    int wanted = Math.max(length, close ? BLOCK : PEEK);
    byte[] block = new byte[(int) Math.min(wanted, size() - position)];
    readThrough(position, block, 0, block.length);
    readTo = position + block.length;
    if (remembered + block.length > REMEMBERED) {
      blocks.clear();
      remembered = 0;
    }
    blocks.put(position, block);
    remembered += block.length;
    return block;
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
