package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Publications byte by byte, where HTTP libraries hide what matters. */
@QuarkusTest
class RawPublishTest extends SwiftTestBase {
  private static final String PATH = "mona/LinkedList/1.1.1";

  private Socket open() throws IOException {
    Socket socket = new Socket(base.getHost(), base.getPort());
    socket.setSoTimeout(60_000);
    return socket;
  }

  private void head(Socket socket, Registry registry, String token, String... headers)
      throws IOException {
    StringBuilder head = new StringBuilder();
    head.append("PUT ").append(registry.at(PATH)).append(" HTTP/1.1\r\nHost: x\r\n");
    head.append("Connection: close\r\nPrefer: respond-async, wait=0\r\n");
    head.append("Authorization: Bearer ").append(token).append("\r\n");
    head.append("Content-Type: ").append(Form.archive(new byte[0]).contentType()).append("\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    write(socket, SwiftTestBase.utf8(head.append("\r\n").toString()));
  }

  private static void write(Socket socket, byte[] bytes) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(bytes);
    out.flush();
  }

  private static String statusLine(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return line.toString().strip();
  }

  @Test
  void tellsToGoOnOnlyWhenTheReleaseWouldBeTaken() throws IOException {
    Registry registry = registry();
    String token = registry.token("\"push\"");
    byte[] body = Form.archive(Archives.sound()).bytes();
    String length = "Content-Length: " + body.length;
    try (Socket socket = open()) {
      head(socket, registry, "wrong", "Expect: 100-continue", length);
      assertThat(statusLine(socket)).startsWith("HTTP/1.1 401");
    }
    try (Socket socket = open()) {
      head(socket, registry, registry.token("\"read\""), "Expect: 100-continue", length);
      assertThat(statusLine(socket)).startsWith("HTTP/1.1 403");
    }
    try (Socket socket = open()) {
      head(
          socket,
          registry,
          token,
          "Expect: 100-continue",
          length,
          "X-Swift-Package-Signature-Format: cms-2.0.0");
      assertThat(statusLine(socket)).startsWith("HTTP/1.1 415");
    }
    try (Socket socket = open()) {
      head(socket, registry, token, "Expect: 100-continue", length);
      assertThat(statusLine(socket)).isEqualTo("HTTP/1.1 100 Continue");
      assertThat(statusLine(socket)).isEmpty();
      write(socket, body);
      assertThat(statusLine(socket)).startsWith("HTTP/1.1 202");
    }
    try (Socket socket = open()) {
      head(socket, registry, token, "Expect: 100-continue", length);
      assertThat(statusLine(socket)).startsWith("HTTP/1.1 409");
    }
  }

  @Test
  void takesABodyInChunks() throws IOException {
    Registry registry = registry();
    byte[] body = Form.archive(Archives.sound()).bytes();
    try (Socket socket = open()) {
      head(socket, registry, registry.token("\"push\""), "Transfer-Encoding: chunked");
      for (int from = 0; from < body.length; from += 100) {
        int size = Math.min(100, body.length - from);
        write(socket, (Integer.toHexString(size) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        write(socket, java.util.Arrays.copyOfRange(body, from, from + size));
        write(socket, new byte[] {13, 10});
      }
      write(socket, "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(statusLine(socket)).startsWith("HTTP/1.1 202");
    }
  }

  @Test
  void whoBreaksOffLeavesNothingBehind() throws IOException {
    Registry registry = registry();
    int before = keys("").size();
    byte[] body = Form.archive(Archives.sound()).bytes();
    String token = registry.token("\"push\"");
    try (Socket socket = open()) {
      head(socket, registry, token, "Content-Length: " + (body.length + 10_000));
      write(socket, body);
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    }
    assertThat(keys("").size()).isEqualTo(before + 1); // the token
  }
}
