package dev.countermark.gateway.content;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The body of a request. That it cannot be read is told from all that goes wrong with files of our
 * own, which are read and written in the same breath.
 */
public final class RequestBody extends FilterInputStream {
  /**
   * @param body as the server hands it out; null for none
   */
  public RequestBody(InputStream body) {
    super(body == null ? InputStream.nullInputStream() : body);
  }

  /** The client went away, or what it sends ends too early. */
  public static final class BrokenOffException extends IOException {
    private BrokenOffException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** More bytes than are taken. */
  public static final class TooLargeException extends RuntimeException {
    private TooLargeException(int limit) {
      super("at most " + limit + " bytes are accepted", null, false, false);
    }
  }

  /**
   * Reads a small body whole.
   *
   * @param limit most bytes
   * @throws TooLargeException when there are more
   */
  public byte[] small(int limit) throws IOException {
    byte[] content = new byte[Math.min(limit, 64 << 10)];
    int length = 0;
    while (true) {
      // Not readNBytes(int): that asks for no bytes in the end, which the server would wait for.
      length += readNBytes(content, length, content.length - length);
      if (length < content.length) {
        return Arrays.copyOf(content, length);
      }
      if (length == limit) {
        if (read() >= 0) {
          throw new TooLargeException(limit);
        }
        return content;
      }
      content = Arrays.copyOf(content, Math.min(limit, 2 * length));
    }
  }

  @Override
  public int read() throws IOException {
    try {
      return super.read();
    } catch (IOException e) {
      throw new BrokenOffException(e);
    }
  }

  /** No bytes are there at once; the server's own stream would wait for the next ones. */
  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    try {
      return super.read(bytes, offset, length);
    } catch (IOException e) {
      throw new BrokenOffException(e);
    }
  }
}
