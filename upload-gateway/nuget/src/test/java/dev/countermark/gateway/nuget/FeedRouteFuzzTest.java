package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class FeedRouteFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of(
            "index.json",
            "package/acme.tools/1.0.0-rc.1",
            "flat/acme.tools/1.0.0/acme.tools.1.0.0.nupkg",
            "registration-gz-semver2/acme.tools/page/1.0.0/2.0.0.json",
            "registration/acme.tools/1.0.0.json",
            "symbols/acme.pdb/95f8f6b2afbc45e4884cb4a5bf5addd2FFFFFFFF/acme.pdb",
            "repository-signatures/certificates/ab.crt")
        .map(path -> path.getBytes(StandardCharsets.UTF_8));
  }

  /** The identity of a path becomes a part of keys: it is one of ours, or there is none. */
  @MethodSource("seeds")
  @FuzzTest
  void understandsOrFindsNothing(byte[] bytes) {
    FeedRoute.parse(new String(bytes, StandardCharsets.UTF_8))
        .filter(route -> route.id() != null && route.version() != null)
        .flatMap(FeedRoute::identity)
        .ifPresent(
            identity -> {
              assertThat(identity.id()).matches("[a-z0-9_.-]{1,100}");
              assertThat(identity.version()).matches("[a-z0-9.-]{1,300}");
            });
  }
}
