package dev.countermark.gateway.content;

import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.function.Function;

/**
 * The body of an answer that is read while it is sent.
 *
 * @param first first byte of the file that is sent
 * @param length number of bytes that are sent
 * @param file opens what is left of it, again after a client was slow
 * @param refused the answer instead, when nothing of it can be sent
 */
public record FileBody(
    long first, long length, Opener file, Function<Throwable, Response> refused) {
  /** Opens a part of a file; the caller closes the stream. */
  @FunctionalInterface
  public interface Opener {
    InputStream open(long first, long length);
  }

  /** Whoever answers requests says how failures are told. */
  public FileBody(long first, long length, Opener file) {
    this(first, length, file, failure -> Response.serverError().build());
  }

  public FileBody refusedWith(Function<Throwable, Response> answer) {
    return new FileBody(first, length, file, answer);
  }
}
