package dev.countermark.gateway.content;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Receives the bytes of a request and stores them part by part, each as soon as it is whole. Memory
 * is bounded over all requests: who finds none left waits.
 */
public final class PartReceiver {
  /**
   * Bytes of every part but the last. Below 5 MiB the S3 client sends one request, no multipart.
   */
  public static final int PART = 4 * 1024 * 1024;

  private static final Logger LOG = Logger.getLogger(PartReceiver.class);

  private final BlobStore store;
  private final MemoryBudget memory;

  /**
   * @param memory that all requests together may hold
   */
  public PartReceiver(BlobStore store, MemoryBudget memory) {
    this.store = store;
    this.memory = memory;
  }

  /**
   * What a request brought.
   *
   * @param size bytes in all
   * @param digest hexadecimal, by the algorithm asked for
   */
  public record Received(List<Part> parts, long size, String digest) {}

  /** Told of each part before it is stored; may keep it from being stored. */
  public interface OnlyPart {
    /**
     * @param content holds {@code length} bytes: all that the request brought
     * @return true when the part need not be stored
     */
    boolean keep(byte[] content, int length, String digest);
  }

  /**
   * @param algorithm as {@code MessageDigest} names it
   * @param announced length of the body, or -1
   * @param onlyPart asked when the whole body fits into one part
   * @throws IOException when the client broke off; what was stored is taken back
   */
  public Received receive(InputStream body, String algorithm, long announced, OnlyPart onlyPart)
      throws IOException {
    // An id of this request alone: what it stored can be taken back whatever others do.
    String upload = UUID.randomUUID().toString();
    long expected = announced < 0 ? PART : Math.min(announced, PART);
    List<Part> parts = new ArrayList<>();
    try (MemoryBudget.Held held = memory.take(expected)) {
      MessageDigest whole = digest(algorithm);
      byte[] buffer = new byte[(int) Math.max(expected, 1)];
      int length = fill(body, buffer);
      // One byte more tells whether a full part was all.
      int next = length == buffer.length ? body.read() : -1;
      if (next < 0) {
        whole.update(buffer, 0, length);
        String digest = hex(whole.digest());
        if (length > 0 && !onlyPart.keep(buffer, length, digest)) {
          parts.add(store(buffer, length, upload, "SHA-256".equals(algorithm) ? digest : null));
        }
        return new Received(parts, length, digest);
      }
      if (buffer.length < PART) {
        throw new LongerThanAnnouncedException();
      }
      long size = 0;
      while (length > 0) {
        whole.update(buffer, 0, length);
        size += length;
        parts.add(store(buffer, length, upload, null));
        if (next >= 0) {
          buffer[0] = (byte) next;
          length = 1 + fill(body, buffer, 1);
          next = length == buffer.length ? body.read() : -1;
        } else {
          length = 0;
        }
      }
      return new Received(parts, size, hex(whole.digest()));
    } catch (IOException | RuntimeException e) {
      takeBack(parts);
      throw e;
    }
  }

  /**
   * Stores what was received and hashed before; a small file is not hashed again.
   *
   * @throws IOException when the file cannot be read; what was stored is taken back
   */
  public List<Part> store(Spool spool) throws IOException {
    long size = spool.size();
    String upload = UUID.randomUUID().toString();
    List<Part> parts = new ArrayList<>();
    try (MemoryBudget.Held held = memory.take(Math.min(size, PART))) {
      byte[] buffer = new byte[(int) Math.min(size, PART)];
      for (long at = 0; at < size; at += PART) {
        int length = (int) Math.min(size - at, PART);
        spool.read(at, buffer, length);
        parts.add(store(buffer, length, upload, length == size ? spool.sha256() : null));
      }
      return parts;
    } catch (IOException | RuntimeException e) {
      takeBack(parts);
      throw e;
    }
  }

  /**
   * Does something that holds a part in memory, once there is room for it.
   *
   * @param bytes at most {@link #PART}
   * @throws BusyException when there is none for long
   */
  public <T> T within(long bytes, Supplier<T> work) {
    try (MemoryBudget.Held held = memory.take(bytes)) {
      return work.get();
    }
  }

  private Part store(byte[] buffer, int length, String upload, String knownSha256) {
    String sha256 = knownSha256;
    if (sha256 == null) {
      MessageDigest md = digest("SHA-256");
      md.update(buffer, 0, length);
      sha256 = hex(md.digest());
    }
    store.put(ObjectKeys.content(sha256, upload), buffer, length, sha256);
    return new Part(sha256, length, upload);
  }

  /** Deletes parts of one request that nobody else was told of. What fails, the sweeper does. */
  public void takeBack(List<Part> parts) {
    try {
      for (Part part : parts) {
        store.delete(ObjectKeys.content(part.sha256(), part.upload()));
      }
    } catch (Failure.Transient e) {
      LOG.debugf("parts of a failed request stay for the sweeper: %s", e.getMessage());
    }
  }

  private static int fill(InputStream body, byte[] buffer) throws IOException {
    return fill(body, buffer, 0);
  }

  /** Number of bytes that were added from {@code from} on; fewer than fit only at the end. */
  private static int fill(InputStream body, byte[] buffer, int from) throws IOException {
    return body.readNBytes(buffer, from, buffer.length - from);
  }

  public static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }

  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
