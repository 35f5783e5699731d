package dev.countermark.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class AuthorizationFuzzTest {
  private static final AuthFixture FIXTURE = new AuthFixture();

  static Stream<byte[]> seeds() throws Exception {
    String token = FIXTURE.token(AuthFixture.APP, Scope.PULL);
    return Stream.of(
            AuthFixture.basic("x", token),
            AuthFixture.basic("", ""),
            "Bearer " + token,
            FIXTURE.bearer(AuthFixture.basic("x", token), "repository:acme/app:pull"))
        .map(header -> header.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Somebody, nobody or an answer of 401; nothing that a header says is an error of ours. */
  @MethodSource("seeds")
  @FuzzTest
  void authenticatesOrRefuses(byte[] bytes) {
    String header = new String(bytes, StandardCharsets.ISO_8859_1);
    try {
      assertThat(FIXTURE.authenticator.authenticate(header)).isNotNull();
    } catch (AuthenticationFailedException e) {
      // said what is wrong
    }
    TokenText.parse(header).ifPresent(token -> assertThat(token.reveal()).isEqualTo(header));
  }
}
