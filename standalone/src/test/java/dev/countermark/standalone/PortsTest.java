package dev.countermark.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortsTest {
  @Test
  void freePortsDiffer() throws IOException {
    Set<Integer> ports = new HashSet<>();
    for (Iterator<Integer> free = Ports.free(20); free.hasNext(); ) {
      ports.add(free.next());
    }
    assertThat(ports).hasSize(20);
  }

  @Test
  void aTakenPortIsExplained() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> Ports.requireFree("127.0.0.1", port))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("port " + port)
          .hasMessageContaining("--port");
    }
  }

  @Test
  void aFreePortIsFree() throws IOException {
    int port = Ports.free(1).next();
    assertThatCode(() -> Ports.requireFree("127.0.0.1", port)).doesNotThrowAnyException();
  }
}
