package dev.countermark.conformance.hostile;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One request with a body that is far larger than anybody wants. */
final class Flood {
  private static final int PIECE = 1 << 20;
  private static final int ANSWER_SECONDS = 30;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

  private final URI server;
  private final long bytes;

  /**
   * @param bytes of the body
   */
  Flood(URI server, long bytes) {
    this.server = server;
    this.bytes = bytes;
  }

  /**
   * Sends, and goes on sending when the answer is there, as clients do.
   *
   * @param headers each with its line's end
   * @param chunked whether the length is not told
   * @return the status; 0 when there was none
   */
  int send(String method, String path, String headers, boolean chunked) {
    try (Socket socket = new Socket(server.getHost(), server.getPort())) {
      socket.setSoTimeout(ANSWER_SECONDS * 1_000);
      CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> status(socket));
      OutputStream out = socket.getOutputStream();
      String length =
          chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: " + bytes + "\r\n";
      out.write(
          (method + " " + path + " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      out.write((headers + length + "\r\n").getBytes(StandardCharsets.US_ASCII));
      try {
        body(out, chunked);
      } catch (IOException e) {
        // It was cut off: what counts is what it was told before.
        return status.join();
      }
      return status.join();
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    }
  }

  private void body(OutputStream out, boolean chunked) throws IOException {
    byte[] piece = new byte[PIECE];
    for (long sent = 0; sent < bytes; sent += PIECE) {
      if (chunked) {
        out.write((Integer.toHexString(PIECE) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      }
      out.write(piece);
      if (chunked) {
        out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
      }
    }
    if (chunked) {
      out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static int status(Socket socket) {
    try {
      InputStream in = socket.getInputStream();
      String begin = new String(in.readNBytes(13), StandardCharsets.US_ASCII);
      Matcher status = STATUS.matcher(begin);
      return status.lookingAt() ? Integer.parseInt(status.group(1)) : 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
