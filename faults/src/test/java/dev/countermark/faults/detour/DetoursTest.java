package dev.countermark.faults.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DetoursTest {
  private static final String PART = "echo";
  private static final int SHORT_MILLIS = 200;
  private static final int LONG_MILLIS = 30_000;

  private final Detours detours = new Detours();
  private ServerSocket echo;
  private int port;

  @BeforeEach
  void start() throws IOException {
    echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread server = new Thread(this::serve, PART);
    server.setDaemon(true);
    server.start();
    port = detours.around(PART, echo.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    detours.close();
    echo.close();
  }

  private void serve() {
    while (!echo.isClosed()) {
      try {
        Socket client = echo.accept();
        Thread one = new Thread(() -> copy(client), "echo-client");
        one.setDaemon(true);
        one.start();
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void copy(Socket client) {
    try (client) {
      client.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException e) {
      // its end was cut off
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(LONG_MILLIS);
    return socket;
  }

  private static void say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String heard(Socket socket, int length) throws IOException {
    return new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
  }

  @Test
  void passesBothWaysAndTheEnd() throws IOException {
    try (Socket socket = connect()) {
      say(socket, "hello");
      assertThat(heard(socket, 5)).isEqualTo("hello");
      socket.shutdownOutput();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void cutsWhatThereIsAndLetsThroughAgain() throws IOException {
    try (Socket socket = connect()) {
      say(socket, "a");
      assertThat(heard(socket, 1)).isEqualTo("a");
      detours.become(PART, Condition.CUT);
      assertThatThrownBy(() -> readOn(socket)).isInstanceOf(IOException.class);
    }
    detours.become(PART, Condition.OPEN);
    passesBothWaysAndTheEnd();
  }

  /** A reset, or the end where that came first. */
  private static void readOn(Socket socket) throws IOException {
    if (socket.getInputStream().read() < 0) {
      throw new IOException("the end");
    }
  }

  @Test
  void holdsBackWhatIsSaidMeanwhile() throws IOException {
    try (Socket socket = connect()) {
      say(socket, "a");
      assertThat(heard(socket, 1)).isEqualTo("a");
      detours.become(PART, Condition.STALLED);
      say(socket, "b");
      socket.setSoTimeout(SHORT_MILLIS);
      assertThatThrownBy(() -> heard(socket, 1)).isInstanceOf(SocketTimeoutException.class);
      detours.become(PART, Condition.OPEN);
      socket.setSoTimeout(LONG_MILLIS);
      assertThat(heard(socket, 1)).isEqualTo("b");
    }
  }

  @Test
  void slowIsNotLost() throws IOException {
    detours.become(PART, Condition.SLOW);
    try (Socket socket = connect()) {
      say(socket, "x".repeat(20_000));
      assertThat(heard(socket, 20_000)).hasSize(20_000);
    }
  }

  @Test
  void answersInPlaceOfThePart() throws IOException {
    detours.become(PART, Condition.UNAVAILABLE);
    try (Socket socket = connect()) {
      say(socket, "GET / HTTP/1.1\r\n\r\n");
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 503 ").contains("Retry-After: 1\r\n");
    }
  }
}
