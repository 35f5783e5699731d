package dev.countermark.gateway.content;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A pushed file on the local disk while it is examined, so that nothing of a refused push ever
 * reaches the store. Gone when closed; what a killed process leaves, the next one deletes when it
 * starts.
 */
public final class Spool implements AutoCloseable {
  private static final String PREFIX = "push-";

  private final Path path;
  private final FileChannel channel;
  private final Map<String, byte[]> hashes;

  private Spool(Path path, FileChannel channel, Map<String, byte[]> hashes) {
    this.path = path;
    this.channel = channel;
    this.hashes = hashes;
  }

  /** A folder of this process alone, which goes when the process ends in peace. */
  public static Path folderOfThisProcess(String name) {
    Path folder =
        Path.of(System.getProperty("java.io.tmpdir"), name + "-" + ProcessHandle.current().pid());
    folder.toFile().deleteOnExit();
    return folder;
  }

  /** Deletes what an earlier process left behind in its own folder. */
  public static void clean(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, PREFIX + "*")) {
      for (Path file : left) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** The file has more bytes than allowed. */
  public static final class TooLargeException extends IOException {}

  /** Writes a file. */
  public interface Source {
    void copy(OutputStream to) throws IOException;
  }

  /**
   * Receives a file, hashing it on the way.
   *
   * @param folder where to keep it
   * @param limit most bytes
   * @param algorithms of the hashes, as {@code MessageDigest} names them; SHA-256 always is one
   */
  public static Spool receive(Source file, Path folder, long limit, String... algorithms)
      throws IOException {
    Path path = Files.createTempFile(folder, PREFIX, ".zip");
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      Hashing to = new Hashing(channel, limit, algorithms);
      file.copy(to);
      Map<String, byte[]> hashes = new LinkedHashMap<>();
      to.digests.forEach((algorithm, digest) -> hashes.put(algorithm, digest.digest()));
      return new Spool(path, channel, hashes);
    } catch (IOException | RuntimeException e) {
      if (channel != null) {
        channel.close();
      }
      Files.deleteIfExists(path);
      throw e;
    }
  }

  private static final class Hashing extends OutputStream {
    private final FileChannel channel;
    private final long limit;
    private final Map<String, MessageDigest> digests = new LinkedHashMap<>();
    private long size;

    Hashing(FileChannel channel, long limit, String... algorithms) {
      this.channel = channel;
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
        throw new TooLargeException();
      }
      digests.values().forEach(digest -> digest.update(bytes, offset, length));
      ByteBuffer left = ByteBuffer.wrap(bytes, offset, length);
      while (left.hasRemaining()) {
        channel.write(left);
      }
    }
  }

  public Path path() {
    return path;
  }

  public FileChannel channel() {
    return channel;
  }

  /** Bytes. */
  public long size() throws IOException {
    return channel.size();
  }

  /**
   * Reads exactly {@code length} bytes.
   *
   * @throws EOFException when the file has become shorter
   */
  void read(long from, byte[] target, int length) throws IOException {
    ByteBuffer into = ByteBuffer.wrap(target, 0, length);
    while (into.hasRemaining()) {
      if (channel.read(into, from + into.position()) < 0) {
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
    channel.close();
    Files.deleteIfExists(path);
  }
}
