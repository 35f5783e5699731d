package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.testkit.http.HttpCaller;
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
  private static final int REQUESTS = 10;

  /**
   * A push that comes by a connection as it is cut off is one that failed: no client repeats it.
   */
  @Test
  void connectionsAreGivenBackBeforeTheyAreCut(Platform platform) throws Exception {
    platform.requireData();
    try (SecondGateway second =
        SecondGateway.start(platform, Map.of("quarkus.shutdown.delay", "PT15S"))) {
      HttpCaller client = HttpCaller.anonymous(second.url());
      assertThat(ask(client).headers().firstValue("connection")).isEmpty();

      second.terminate();

      await("it is said")
          .atMost(PATIENCE)
          .until(
              () -> ask(client).headers().firstValue("connection"), Optional.of("close")::equals);
      for (int i = 0; i < REQUESTS; i++) {
        assertThat(ask(client).headers().firstValue("connection")).contains("close");
      }
    }
  }

  private static HttpResponse<byte[]> ask(HttpCaller client) {
    HttpResponse<byte[]> answer = client.send("GET", "/v2/", null, Map.of());
    assertThat(answer.statusCode()).isEqualTo(401);
    return answer;
  }
}
