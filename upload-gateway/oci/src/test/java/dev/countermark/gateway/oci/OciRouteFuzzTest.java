package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.gateway.kit.Failed;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class OciRouteFuzzTest {
  private static final UploadState.Codec UPLOADS = new UploadState.Codec(new byte[32]);

  static Stream<byte[]> seeds() {
    return Stream.of(
            "acme/app/manifests/latest",
            "acme/app/x/blobs/uploads/id",
            "acme/app/tags/list",
            "acme/app/referrers/sha256:" + "a".repeat(64),
            "repository:acme/app/x:pull,push repository:acme/other:*",
            "eyJpZCI6IjEifQ.abc")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  /** Addresses and their parameters: understood, or said to be none. */
  @MethodSource("seeds")
  @FuzzTest
  void understandsOrRefuses(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      OciRoute route = OciRoute.parse(text);
      assertThat(text).contains(route.reference());
    } catch (Failed e) {
      assertThat(e.status()).isBetween(400, 499);
    }
    try {
      assertThat(RequestedScopes.parse(List.of(text)).values()).doesNotContainNull();
    } catch (RequestedScopes.TooManyException e) {
      assertThat(text.split(" ")).hasSizeGreaterThan(RequestedScopes.MAX);
    }
    assertThat(UPLOADS.read(text)).isEmpty();
  }
}
