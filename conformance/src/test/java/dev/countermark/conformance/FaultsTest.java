package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The short form of what {@code docs/faults.md} tells, on a platform of its own. */
class FaultsTest {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  @Test
  void noPromiseIsBrokenWhateverIs() {
    String command = Block.of("docs/faults.md", "./run faults --seed").text().strip();
    Platform.prepare();

    Command.Result result =
        Platform.launcher(
            ProjectFiles.root(), LIMIT, Map.of(), command.replace("./run ", "").split(" "));

    List<String> lines = result.succeeded().output().strip().lines().toList();
    JsonNode figures =
        Json.read(lines.get(lines.size() - 1).getBytes(StandardCharsets.UTF_8), JsonNode.class);
    figures
        .path("skipped")
        .forEach(kind -> SkippedClients.record(kind.asText() + " of ./run faults"));
    assertThat(figures.path("violations")).isEmpty();
    assertThat(figures.path("uploads").path("accepted").asInt()).isEqualTo(40);
    assertThat(figures.path("faults").size()).as(figures::toString).isGreaterThan(8);
  }
}
