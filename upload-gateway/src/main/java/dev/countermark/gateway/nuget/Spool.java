package dev.countermark.gateway.nuget;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * A pushed file on the local disk while it is examined, so that nothing of a refused push ever
 * reaches the store. Gone when closed; what a killed process leaves, the next one deletes when it
 * starts.
 */
final class Spool implements AutoCloseable {
  private static final String PREFIX = "push-";

  private final Path path;
  private final FileChannel channel;
  private final String sha256;
  private final byte[] sha512;

  private Spool(Path path, FileChannel channel, String sha256, byte[] sha512) {
    this.path = path;
    this.channel = channel;
    this.sha256 = sha256;
    this.sha512 = sha512;
  }

  /** Deletes what an earlier process left behind in its own folder. */
  static void clean(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, PREFIX + "*")) {
      for (Path file : left) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** The file has more bytes than allowed. */
  static final class TooLargeException extends IOException {}

  /** Writes a file. */
  interface Source {
    void copy(OutputStream to) throws IOException;
  }

  /**
   * Receives a file, hashing it on the way.
   *
   * @param folder where to keep it
   * @param limit most bytes
   */
  static Spool receive(Source file, Path folder, long limit) throws IOException {
    Path path = Files.createTempFile(folder, PREFIX, ".nupkg");
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      Hashing to = new Hashing(channel, limit);
      file.copy(to);
      return new Spool(
          path, channel, HexFormat.of().formatHex(to.sha256.digest()), to.sha512.digest());
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
    private final MessageDigest sha256 = Digests.sha256();
    private final MessageDigest sha512 = Digests.sha512();
    private long size;

    Hashing(FileChannel channel, long limit) {
      this.channel = channel;
      this.limit = limit;
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
      sha256.update(bytes, offset, length);
      sha512.update(bytes, offset, length);
      ByteBuffer left = ByteBuffer.wrap(bytes, offset, length);
      while (left.hasRemaining()) {
        channel.write(left);
      }
    }
  }

  Path path() {
    return path;
  }

  FileChannel channel() {
    return channel;
  }

  /** Bytes. */
  long size() throws IOException {
    return channel.size();
  }

  /** Of the whole file, lower-case hexadecimal. */
  String sha256() {
    return sha256;
  }

  /** Of the whole file. */
  byte[] sha512() {
    return sha512.clone();
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(path);
  }
}
