package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.gateway.kit.Failed;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class SwiftRouteFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of(
            "mona/LinkedList/1.0.0-rc.1.zip",
            "mona/LinkedList/1.0.0/Package.swift",
            "submissions/mona/LinkedList/1.0.0/" + "0".repeat(36),
            "identifiers",
            "application/vnd.swift.registry.v1+json, text/plain;q=0.1")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  /** The identity of a path becomes a part of keys: it is one of ours, or there is none. */
  @MethodSource("seeds")
  @FuzzTest
  void understandsOrRefuses(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    SwiftRoute.parse(text)
        .filter(route -> route.version() != null)
        .ifPresent(
            route -> {
              route.identity().ifPresent(SwiftRouteFuzzTest::isSound);
              try {
                isSound(route.published(text));
              } catch (Failed e) {
                assertThat(e.status()).isEqualTo(422);
              }
            });
    try {
      Negotiation.check(List.of(text));
    } catch (Failed e) {
      assertThat(e.status()).isIn(400, 415);
    }
  }

  private static void isSound(Identity identity) {
    assertThat(identity.scope()).matches("[a-z0-9-]{1,39}");
    assertThat(identity.name()).matches("[a-z0-9_-]{1,100}");
    assertThat(identity.version()).matches("[A-Za-z0-9.+-]{1,128}");
  }
}
