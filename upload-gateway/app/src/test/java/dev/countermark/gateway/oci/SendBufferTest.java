package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** How much of an answer the system keeps for a client that takes none of it. */
@QuarkusTest
@EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux tells what its sockets hold")
class SendBufferTest extends RegistryTestBase {
  private static final int LAYER = 6 << 20;

  /** Twice what is set: Linux counts its own bookkeeping, too. */
  private static final long MOST = 1 << 20;

  @Test
  void isBoundedHoweverFastTheClientSeemed() throws IOException {
    Repository repository = repository();
    String digest = repository.pusher.upload(repository.name, random(LAYER, 1));
    try (Socket reader = new Socket()) {
      reader.setReceiveBufferSize(4 << 10);
      reader.connect(new InetSocketAddress(base.getHost(), base.getPort()));
      String request =
          "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n"
              .formatted(repository.blobs(digest), Registry.basic(repository.pushToken));
      reader.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));

      AtomicLong before = new AtomicLong();
      await()
          .pollInterval(Duration.ofMillis(300))
          .until(
              () -> {
                long now = held(reader.getLocalPort());
                return now > 0 && before.getAndSet(now) == now;
              });

      assertThat(before.get()).isBetween(100_000L, MOST);
    }
  }

  /** Bytes that the server's side of a connection has written and the client's has not. */
  private long held(int client) {
    String ports = ".*:%04X [0-9A-F]+:%04X .*".formatted(base.getPort(), client);
    return Stream.of("tcp", "tcp6")
        .map(table -> Path.of("/proc/net", table))
        .flatMap(table -> lines(table).stream())
        .filter(line -> line.toUpperCase(Locale.ROOT).matches(ports))
        .mapToLong(line -> Long.parseLong(line.strip().split("\\s+")[4].split(":")[0], 16))
        .sum();
  }

  private static List<String> lines(Path table) {
    try {
      return Files.exists(table) ? Files.readAllLines(table) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
