package dev.countermark.blobs;

import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The bytes of a range of a blob, read part by part from the store as they are asked for. A part
 * that is no longer there is a {@link FileNotFoundException}, one that is too short an {@link
 * EOFException}.
 */
public final class PartsInputStream extends InputStream {
  private record Slice(String key, long offset, long length) {}

  private final BlobStore store;
  private final Deque<Slice> slices = new ArrayDeque<>();
  private InputStream current = InputStream.nullInputStream();
  private long left;
  private String key = "";

  /**
   * @param first first byte of the blob to be read
   * @param length number of bytes; must lie within the blob
   */
  public PartsInputStream(BlobStore store, List<Part> parts, long first, long length) {
    this.store = store;
    long start = 0;
    for (Part part : parts) {
      long from = Math.max(first, start);
      long to = Math.min(first + length, start + part.size());
      if (from < to) {
        slices.add(
            new Slice(ObjectKeys.content(part.sha256(), part.upload()), from - start, to - from));
      }
      start += part.size();
    }
  }

  /**
   * A blob that is one object.
   *
   * @param key of the object
   * @param first first byte to be read
   * @param length number of bytes; must lie within the object
   */
  public PartsInputStream(BlobStore store, String key, long first, long length) {
    this.store = store;
    if (length > 0) {
      slices.add(new Slice(key, first, length));
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    if (len == 0) {
      return 0;
    }
    while (left == 0) {
      current.close();
      Slice next = slices.poll();
      if (next == null) {
        current = InputStream.nullInputStream();
        return -1;
      }
      key = next.key();
      left = next.length();
      current =
          store
              .open(key, next.offset(), next.length())
              .orElseThrow(
                  () -> new FileNotFoundException(key + " is missing in the object store"));
    }
    int n = current.read(b, off, (int) Math.min(len, left));
    if (n < 0) {
      throw new EOFException(key + " ended early");
    }
    left -= n;
    return n;
  }

  @Override
  public void close() throws IOException {
    slices.clear();
    left = 0;
    current.close();
  }
}
