package dev.countermark.gateway.auth;

import static dev.countermark.gateway.auth.AuthFixture.APP;
import static dev.countermark.gateway.auth.AuthFixture.basic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WrongTokensTest {
  private static final int MOST = 3;

  private final AuthFixture fixture = new AuthFixture();
  private final GatewayAuthenticator authenticator =
      new GatewayAuthenticator(
          AuthFixture.ADMIN,
          AuthFixture.SECRET.getBytes(StandardCharsets.UTF_8),
          "registry.test:8080",
          new GatewayAuthenticator.Callers(
              fixture.tokens, fixture.uses, fixture.caller, RequestRates.NONE, MOST),
          fixture.clock);

  private void requireWrong(String header) {
    assertThatThrownBy(() -> authenticator.authenticate(header))
        .isInstanceOf(AuthenticationFailedException.class);
  }

  private void requireTooMany(String header) {
    assertThatThrownBy(() -> authenticator.authenticate(header))
        .isInstanceOf(TooManyRequestsException.class);
  }

  private String unknownToken() {
    return "cm.acme.app.0123456789abcdef." + "A".repeat(43);
  }

  private void useUp() {
    requireWrong(basic("", "nonsense"));
    requireWrong("Bearer nonsense");
    requireWrong(basic("", unknownToken()));
  }

  @Test
  void whoTriesTooManyOfAnyKindIsNoLongerLookedUp() {
    useUp();

    requireTooMany(basic("", unknownToken().replace('0', '1')));
    requireTooMany(basic("", "nonsense"));
    requireTooMany("Bearer nonsense");
    requireTooMany("Negotiate nonsense");
    assertThatThrownBy(() -> authenticator.authenticateManager("Bearer nonsense"))
        .isInstanceOf(TooManyRequestsException.class);
    assertThatThrownBy(() -> authenticator.credentialOfPassword("nonsense"))
        .isInstanceOf(TooManyRequestsException.class);
  }

  @Test
  void othersAndWhoSharesTheAddressAreServed() throws Exception {
    String inUse = fixture.token(APP, Scope.PULL);
    authenticator.authenticate(basic("", inUse));
    useUp();

    assertThat(authenticator.authenticate(basic("", inUse)).holds(APP, Action.PULL)).isTrue();
    assertThat(authenticator.authenticate(basic("", AuthFixture.ADMIN)).isAdministrator()).isTrue();
    assertThat(authenticator.authenticate(null).isAuthenticated()).isFalse();
    fixture.caller.address = "192.0.2.2";
    requireWrong(basic("", "nonsense"));
  }

  @Test
  void itGrowsBackWithTime() throws Exception {
    String never = fixture.token(APP, Scope.PULL);
    useUp();
    requireTooMany(basic("", never));

    fixture.clock.advance(Duration.ofSeconds(20));

    assertThat(authenticator.authenticate(basic("", never)).holds(APP, Action.PULL)).isTrue();
    requireWrong(basic("", "nonsense"));
    requireTooMany(basic("", "nonsense"));
  }

  /** Clients send any word as API key beside credentials that are good. */
  @Test
  void aWordBesideGoodCredentialsIsNoTry() throws Exception {
    String token = basic("", fixture.token(APP, Scope.PUSH));
    for (int i = 0; i < 3 * MOST; i++) {
      assertThat(authenticator.authenticateToken("az", token).holds(APP, Action.PUSH)).isTrue();
    }
    requireWrong(basic("", "nonsense"));
  }
}
