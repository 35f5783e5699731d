package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.testkit.http.HttpCaller;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A gateway that is ended, as in a rolling update, while clients have connections to it. */
@ExtendWith(PlatformExtension.class)
class DepartureTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /**
   * A push that comes by a connection as it is cut off is one that failed: no client repeats it.
   */
  @Test
  void connectionsAreGivenBackBeforeTheyAreCut(Platform platform) throws Exception {
    platform.requireData();
    try (SecondGateway second =
        SecondGateway.start(
            platform,
            Map.of("quarkus.shutdown.delay", "PT4S", "quarkus.shutdown.timeout", "PT20S"))) {
      HttpCaller client = HttpCaller.anonymous(second.url());
      assertThat(ask(client).headers().firstValue("connection")).isEmpty();

      second.terminate();

      await("it is said")
          .atMost(PATIENCE)
          .until(
              () -> ask(client).headers().firstValue("connection"), Optional.of("close")::equals);
      assertThat(untilNobodyListens(client)).isInstanceOf(ConnectException.class);
    }
  }

  private static HttpResponse<byte[]> ask(HttpCaller client) {
    HttpResponse<byte[]> answer = client.send("GET", "/v2/", null, Map.of());
    assertThat(answer.statusCode()).isEqualTo(401);
    return answer;
  }

  /** What a client is told when it is over; until then it is answered. */
  private static Throwable untilNobodyListens(HttpCaller client) {
    while (true) {
      try {
        ask(client);
      } catch (UncheckedIOException e) {
        return e.getCause();
      }
    }
  }
}
