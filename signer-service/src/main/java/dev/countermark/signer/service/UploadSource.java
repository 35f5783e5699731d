package dev.countermark.signer.service;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.PartsInputStream;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.Upload;
import dev.countermark.format.zip.ByteSource;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * An upload where it lies in the store. Small ones can be read whole, once; of large ones only the
 * pieces that are asked for are read.
 *
 * <p>A part that is gone or too short is a {@link Failure.Permanent}.
 */
public final class UploadSource implements ByteSource {
  /** Read at once while reads follow each other closely. */
  private static final int BLOCK = 64 << 10;

  /** Read at once elsewhere: a local header, and then some. */
  private static final int PEEK = 1 << 10;

  /** Most bytes of a large upload that are remembered; headers are read twice. */
  public static final int REMEMBERED = 8 << 20;

  private final BlobStore store;
  private final Upload upload;
  private final TreeMap<Long, byte[]> blocks = new TreeMap<>();
  private byte[] whole;
  private int remembered;
  private long readTo = -1;

  public UploadSource(BlobStore store, Upload upload) {
    this.store = store;
    this.upload = upload;
  }

  /**
   * Reads everything, which must be what was pushed: the store is not trusted.
   *
   * @param keep uploads up to so many bytes stay in memory for what is read later
   * @throws Failure.Permanent with {@link Refusal#DIGEST_MISMATCH}
   */
  public void requirePushed(long keep) throws IOException {
    if (!sha256(keep).equals(upload.sha256())) {
      throw new Failure.Permanent(
          Refusal.DIGEST_MISMATCH, "the stored upload is not what was pushed");
    }
  }

  /**
   * Reads everything.
   *
   * @param keep uploads up to so many bytes stay in memory for what is read later
   * @return SHA-256, lower-case hexadecimal
   */
  public String sha256(long keep) throws IOException {
    if (size() <= keep) {
      byte[] bytes = new byte[Math.toIntExact(size())];
      readThrough(0, bytes, 0, bytes.length);
      whole = bytes;
    }
    MessageDigest sha256 = sha256();
    digest(0, size(), sha256);
    return HexFormat.of().formatHex(sha256.digest());
  }

  /**
   * Reads a run of bytes through a digest, without keeping them.
   *
   * @param from first byte
   * @param to behind the last one; must lie within the upload
   */
  public void digest(long from, long to, MessageDigest digest) throws IOException {
    if (whole != null) {
      digest.update(whole, (int) from, (int) (to - from));
      return;
    }
    byte[] buffer = new byte[BLOCK];
    try (InputStream in = open(from, to - from)) {
      for (long left = to - from; left > 0; ) {
        int n = some(in, buffer, 0, BLOCK);
        digest.update(buffer, 0, n);
        left -= n;
      }
    }
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
    try (InputStream in = open(position, length)) {
      int done = 0;
      while (done < length) {
        done += some(in, target, offset + done, length - done);
      }
    }
  }

  private InputStream open(long position, long length) {
    return new PartsInputStream(store, upload.parts(), position, length);
  }

  /** At least one byte. */
  private static int some(InputStream in, byte[] target, int offset, int length)
      throws IOException {
    try {
      int n = in.read(target, offset, length);
      if (n < 0) {
        throw gone("the upload is shorter than its record says", null);
      }
      return n;
    } catch (FileNotFoundException e) {
      throw gone("a part of the upload is no longer there", e);
    } catch (EOFException e) {
      throw gone("a part of the upload is shorter than it was", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static Failure.Permanent gone(String detail, Throwable cause) {
    return new Failure.Permanent(Refusal.BLOB_GONE, detail, cause);
  }
}
