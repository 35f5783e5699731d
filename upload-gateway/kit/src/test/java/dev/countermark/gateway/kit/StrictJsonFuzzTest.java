package dev.countermark.gateway.kit;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.gateway.auth.Scope;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class StrictJsonFuzzTest {
  /** Members of all the kinds that requests have. */
  record Body(
      @JsonProperty("text") String text,
      @JsonProperty("yes") Boolean yes,
      @JsonProperty("count") Long count,
      @JsonProperty("scopes") Set<Scope> scopes,
      @JsonProperty("texts") List<String> texts,
      @JsonProperty("settings") Map<String, JsonNode> settings) {}

  static Stream<byte[]> seeds() {
    return Stream.of(
            """
            {"text":"a","yes":true,"count":7,"scopes":["read","admin"],"texts":["b",null],
             "settings":{"c":{"text":1e3,"d":[{}]}}}""",
            "{\"other\":1}")
        .map(json -> json.getBytes(StandardCharsets.UTF_8));
  }

  /** A body is taken, or refused in one line that repeats nothing unprintable. */
  @MethodSource("seeds")
  @FuzzTest
  void takesOrRefuses(byte[] json) {
    try {
      Body body = StrictJson.read(json, Body.class);
      if (body.settings() != null) {
        body.settings().forEach((at, part) -> StrictJson.part(part, Body.class, "settings"));
      }
    } catch (ProblemException e) {
      assertThat(e.getMessage()).matches("[\\x20-\\x7e]{1,400}");
    }
  }
}
