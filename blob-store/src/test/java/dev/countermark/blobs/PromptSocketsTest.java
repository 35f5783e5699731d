package dev.countermark.blobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class PromptSocketsTest {
  private static void isPrompt(Socket socket) throws IOException {
    try (socket) {
      assertThat(socket.getTcpNoDelay()).isTrue();
    }
  }

  @Test
  void everySocketIsPrompt() throws IOException {
    PromptSockets sockets = new PromptSockets();
    InetAddress local = InetAddress.getLoopbackAddress();
    isPrompt(sockets.createSocket());
    try (ServerSocket server = new ServerSocket(0, 10, local)) {
      int port = server.getLocalPort();
      isPrompt(sockets.createSocket(local, port));
      isPrompt(sockets.createSocket(local, port, local, 0));
      isPrompt(sockets.createSocket(local.getHostAddress(), port));
      isPrompt(sockets.createSocket(local.getHostAddress(), port, local, 0));
    }
  }
}
