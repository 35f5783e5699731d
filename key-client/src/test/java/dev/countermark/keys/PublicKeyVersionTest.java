package dev.countermark.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The JSON of a key as it travels, and what is derived from it. */
class PublicKeyVersionTest {
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");

  private static final PublicKeyVersion CERTIFIED =
      new PublicKeyVersion(
          2,
          Bytes.utf8("spki"),
          "f",
          AT,
          false,
          Optional.empty(),
          List.of(Bytes.utf8("leaf"), Bytes.utf8("root")),
          Optional.of(AT.plusSeconds(3_600)));

  @Test
  void readsWhatAnOlderServiceWrote() {
    String json =
        "{\"version\":1,\"spki\":\"c3BraQ==\",\"fingerprint\":\"f\","
            + "\"createdAt\":\"2026-01-02T03:04:05Z\",\"current\":true}";
    assertThat(Json.read(json.getBytes(StandardCharsets.UTF_8), PublicKeyVersion.class))
        .isEqualTo(new PublicKeyVersion(1, Bytes.utf8("spki"), "f", AT, true, Optional.empty()));
  }

  @Test
  void comesBackFromItsJson() {
    assertThat(Json.read(Json.write(CERTIFIED), PublicKeyVersion.class)).isEqualTo(CERTIFIED);
  }

  @Test
  void writesNothingThatIsDerived() {
    assertThat(new String(Json.write(CERTIFIED), StandardCharsets.UTF_8))
        .doesNotContain("leaf")
        .contains("\"certificates\":[\"bGVhZg==\",\"cm9vdA==\"]")
        .contains("\"activeFrom\":\"2026-01-02T04:04:05Z\"");
  }

  @Test
  void namesItsCertificateInUpperCase() {
    assertThat(CERTIFIED.leaf()).contains(Bytes.utf8("leaf"));
    // printf leaf | sha256sum
    assertThat(CERTIFIED.leafFingerprint())
        .contains("9F91161F43433E49A6DE6DB680D79F60159F2E4AC9172621A12846428158440B");
  }
}
