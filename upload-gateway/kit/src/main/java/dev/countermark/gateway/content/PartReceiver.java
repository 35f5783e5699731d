package dev.countermark.gateway.content;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
   * Receives a body, part by part. No thread waits for the client.
   *
   * @param algorithm as {@code MessageDigest} names it
   * @param onlyPart asked when the whole body fits into one part
   * @return failed when the client broke off; then what was stored is taken back
   */
  public CompletionStage<Received> receive(IncomingBody body, String algorithm, OnlyPart onlyPart) {
    Receiving receiving = new Receiving(body, algorithm, onlyPart);
    receiving.next();
    return receiving.result;
  }

  /** One body on its way. */
  private final class Receiving {
    private final CompletableFuture<Received> result = new CompletableFuture<>();
    private final IncomingBody body;
    private final String algorithm;
    private final OnlyPart onlyPart;

    /** An id of this request alone: what it stored can be taken back whatever others do. */
    private final String upload = UUID.randomUUID().toString();

    private final MessageDigest whole;
    private final List<Part> parts = new ArrayList<>();
    private long size;

    Receiving(IncomingBody body, String algorithm, OnlyPart onlyPart) {
      this.body = body;
      this.algorithm = algorithm;
      this.onlyPart = onlyPart;
      this.whole = digest(algorithm);
    }

    void next() {
      body.next(PART)
          .whenComplete(
              (piece, failure) -> {
                if (failure != null) {
                  failed(failure);
                  return;
                }
                Optional<Received> whole;
                try (piece) {
                  whole = take(piece);
                } catch (IOException | RuntimeException e) {
                  failed(e);
                  return;
                }
                whole.ifPresentOrElse(result::complete, this::next);
              });
    }

    /** What it was in all, when this was the last piece. */
    private Optional<Received> take(ReceivedPiece piece) throws IOException {
      int length = (int) piece.size();
      byte[] content = piece.bytes();
      whole.update(content, 0, length);
      size += length;
      String digest = piece.isLast() ? hex(whole.digest()) : null;
      boolean only = piece.isLast() && parts.isEmpty();
      if (length > 0 && !(only && onlyPart.keep(content, length, digest))) {
        String known = only && "SHA-256".equals(algorithm) ? digest : null;
        parts.add(store(content, length, upload, known));
      }
      return piece.isLast() ? Optional.of(new Received(parts, size, digest)) : Optional.empty();
    }

    private void failed(Throwable cause) {
      takeBack(parts);
      result.completeExceptionally(cause);
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
