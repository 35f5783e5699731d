package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** A search that finds nothing proves something only if it finds what is there. */
class CanariesTest {
  private static final String SECRET = "s3cret+of/this test?>~";

  private final Canaries canaries = new Canaries();

  CanariesTest() {
    canaries.plant("it", SECRET);
    canaries.plant("another", "which is nowhere at all");
  }

  private void assertFound(String text) {
    assertThat(canaries.in(text.getBytes(StandardCharsets.UTF_8))).containsExactly("it");
  }

  @Test
  void isFoundInEverySpelling() {
    assertFound("a " + SECRET + " z");
    assertFound("?t=" + Platform.encoded(SECRET) + "&x");
    assertFound(HexFormat.of().formatHex((":" + SECRET + ":").getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void isFoundWhereverItStandsInBase64() {
    for (String before : new String[] {"", "u", "u:", "ci:", "user:"}) {
      for (String after : new String[] {"", ":", "::", ":::"}) {
        byte[] text = (before + SECRET + after).getBytes(StandardCharsets.UTF_8);
        assertFound("Basic " + Base64.getEncoder().encodeToString(text));
        assertFound("x." + Base64.getUrlEncoder().withoutPadding().encodeToString(text));
      }
    }
  }

  @Test
  void isNotFoundWhereItIsNot() {
    assertThat(canaries.in(SECRET.substring(1).getBytes(StandardCharsets.UTF_8))).isEmpty();
  }
}
