package dev.countermark.gateway.auth;

import static dev.countermark.gateway.auth.AuthFixture.ADMIN;
import static dev.countermark.gateway.auth.AuthFixture.APP;
import static dev.countermark.gateway.auth.AuthFixture.basic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Authorization headers and tokens are the first thing a stranger can send: nothing may throw. */
class CredentialParsersTest {
  @Test
  void aTokenReadsBackAsItWasMade() {
    TokenText made = TokenText.generate(Optional.of(APP), new SecureRandom());

    TokenText read = TokenText.parse(made.reveal()).orElseThrow();

    assertThat(read.name().repository().orElseThrow()).isEqualTo(APP);
    assertThat(read.name().id()).isEqualTo(made.name().id()).hasSize(16);
    assertThat(read.secretSha256()).isEqualTo(made.secretSha256());
    assertThat(made.reveal()).startsWith("cm.acme.app." + made.name().id() + ".");
    assertThat(made.toString()).isEqualTo("token acme/app/" + made.name().id());
  }

  @Test
  void passwordsKeepTheirColonsAndTheirUnicode() throws Exception {
    assertThat(AuthorizationHeader.parse(basic("u", "a:b:é")).orElseThrow().secret())
        .isEqualTo("a:b:é");
    assertThat(
            AuthorizationHeader.parse("bAsIc " + basic("u", "p").substring(6))
                .orElseThrow()
                .secret())
        .isEqualTo("p");
  }

  @Test
  void aUserWithoutPasswordIsNotAnonymous() throws Exception {
    assertThat(AuthorizationHeader.parse(basic("u", ""))).isPresent();
    assertThat(AuthorizationHeader.parse(basic("", ""))).isEmpty();
  }

  @Test
  void anOverlongHeaderIsRefusedBeforeItIsDecoded() {
    assertThatThrownBy(() -> AuthorizationHeader.parse("Basic " + "QUJD".repeat(10_000)))
        .isInstanceOf(AuthenticationFailedException.class)
        .hasMessageContaining("too long");
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void randomHeadersAreRefusedOrAnonymous(long seed) {
    AuthFixture fixture = new AuthFixture();
    String token = fixture.token(APP, Scope.ADMIN);
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      String header = randomHeader(random, token);
      try {
        Access access = fixture.authenticator.authenticate(header);
        assertThat(access.isAuthenticated()).as(header).isFalse();
      } catch (AuthenticationFailedException e) {
        assertThat(e.getMessage()).doesNotContain(token).doesNotContain(ADMIN);
      }
    }
  }

  private static String randomHeader(Random random, String token) {
    byte[] noise = new byte[random.nextInt(40)];
    random.nextBytes(noise);
    String latin = new String(noise, StandardCharsets.ISO_8859_1);
    return switch (random.nextInt(6)) {
      case 0 -> latin;
      case 1 -> "Basic " + Base64.getEncoder().encodeToString(noise);
      case 2 -> "Bearer " + latin;
      case 3 -> basic(latin, damaged(random, token));
      case 4 -> "Bearer " + damaged(random, token);
      default -> "Basic " + latin;
    };
  }

  /** One character taken out, doubled or replaced. */
  private static String damaged(Random random, String token) {
    int at = random.nextInt(token.length());
    String before = token.substring(0, at);
    String after = token.substring(at + 1);
    char c = token.charAt(at);
    return switch (random.nextInt(3)) {
      case 0 -> before + after;
      case 1 -> before + c + c + after;
      default -> before + (char) (c ^ 1) + after;
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "cm",
        "cm....",
        "cm.acme.app.0123456789abcdef.",
        "cm.acme.app.0123456789abcdef.short",
        "cm.acme.app.0123456789ABCDEF.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "cm.-acme.app.0123456789abcdef.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "cm.api.app.0123456789abcdef.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "cm.acme/../x.app.0123456789abcdef.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "CM.acme.app.0123456789abcdef.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "cm.acme.app.0123456789abcdef.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
      })
  void whatIsNotExactlyATokenIsNone(String text) {
    assertThat(TokenText.parse(text)).isEmpty();
  }
}
