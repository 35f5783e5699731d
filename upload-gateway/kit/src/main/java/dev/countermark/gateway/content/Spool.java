package dev.countermark.gateway.content;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A pushed file on the local disk while it is examined, so that nothing of a refused push ever
 * reaches the store. Gone when closed; see {@link SpoolFolder} for what a killed process leaves.
 */
public final class Spool implements AutoCloseable {
  private static final int BUFFER = 64 << 10;

  private final Place place;
  private final Map<String, byte[]> hashes;

  private Spool(Place place, Map<String, byte[]> hashes) {
    this.place = place;
    this.hashes = hashes;
  }

  /**
   * Where it is.
   *
   * @param held what it takes of the folder
   */
  record Place(Path path, FileChannel channel, SpoolRoom.Held held) {}

  /** The file has more bytes than allowed. */
  public static final class TooLargeException extends IOException {
    private TooLargeException(long limit) {
      super("at most " + limit + " bytes are taken here");
    }
  }

  /** Writes a file. */
  public interface Source {
    void copy(OutputStream to) throws IOException;
  }

  /** The file of a channel that is closed by the caller when this fails. */
  static Spool receive(Place place, Source file, long limit, String... algorithms)
      throws IOException {
    Hashing to = new Hashing(place, limit, algorithms);
    // Who takes a form apart writes 8 KiB at a time.
    OutputStream buffered = new BufferedOutputStream(to, BUFFER);
    file.copy(buffered);
    buffered.flush();
    Map<String, byte[]> hashes = new LinkedHashMap<>();
    to.digests.forEach((algorithm, digest) -> hashes.put(algorithm, digest.digest()));
    return new Spool(place, hashes);
  }

  private static final class Hashing extends OutputStream {
    private final Place place;
    private final long limit;
    private final Map<String, MessageDigest> digests = new LinkedHashMap<>();
    private long size;

    Hashing(Place place, long limit, String... algorithms) {
      this.place = place;
      this.limit = limit;
      digests.put("SHA-256", PartReceiver.digest("SHA-256"));
      for (String algorithm : algorithms) {
        digests.put(algorithm, PartReceiver.digest(algorithm));
      }
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      size += length;
      if (size > limit) {
        throw new TooLargeException(limit);
      }
      place.held().growTo(size);
      digests.values().forEach(digest -> digest.update(bytes, offset, length));
      ByteBuffer left = ByteBuffer.wrap(bytes, offset, length);
      try {
        while (left.hasRemaining()) {
          place.channel().write(left);
        }
      } catch (IOException e) {
        throw SpoolFolder.full(e);
      }
    }
  }

  public Path path() {
    return place.path();
  }

  public FileChannel channel() {
    return place.channel();
  }

  /** Bytes. */
  public long size() throws IOException {
    return place.channel().size();
  }

  /**
   * Reads exactly {@code length} bytes.
   *
   * @throws EOFException when the file has become shorter
   */
  void read(long from, byte[] target, int length) throws IOException {
    ByteBuffer into = ByteBuffer.wrap(target, 0, length);
    while (into.hasRemaining()) {
      if (place.channel().read(into, from + into.position()) < 0) {
        throw new EOFException("a received file was cut off on the disk");
      }
    }
  }

  /** Of the whole file, lower-case hexadecimal. */
  public String sha256() {
    return PartReceiver.hex(hashes.get("SHA-256"));
  }

  /** Of the whole file, by one of the algorithms that were asked for. */
  public byte[] hash(String algorithm) {
    return hashes.get(algorithm).clone();
  }

  @Override
  public void close() throws IOException {
    place.channel().close();
    Files.deleteIfExists(place.path());
    place.held().close();
  }
}
