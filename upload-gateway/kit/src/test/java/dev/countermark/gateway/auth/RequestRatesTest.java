package dev.countermark.gateway.auth;

import static dev.countermark.gateway.auth.AuthFixture.APP;
import static dev.countermark.gateway.auth.AuthFixture.basic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RequestRatesTest {
  private static final int MOST = 3;

  private final AuthFixture fixture = new AuthFixture(MOST, MOST);
  private final GatewayAuthenticator authenticator = fixture.authenticator;

  private interface Request {
    void make() throws AuthenticationFailedException;
  }

  private void make(Request request) throws AuthenticationFailedException {
    fixture.caller.nextRequest();
    request.make();
  }

  private void useUp(Request request) throws AuthenticationFailedException {
    for (int i = 0; i < MOST; i++) {
      make(request);
    }
    requireTooMany(request);
  }

  private void requireTooMany(Request request) {
    assertThatThrownBy(() -> make(request))
        .isInstanceOfSatisfying(
            TooManyRequestsException.class, e -> assertThat(e.retryAfter()).isEqualTo(20));
  }

  @Test
  void aTokenIsOneCallerWhereverItComesFromAndHowever() throws Exception {
    String token = fixture.token(APP, Scope.ADMIN);
    String bearer = fixture.bearer(basic("", token), "repository:acme/app:pull");
    fixture.clock.advance(Duration.ofMinutes(1));
    useUp(() -> authenticator.authenticate(basic("", token)));
    fixture.caller.address = "192.0.2.2";

    requireTooMany(() -> authenticator.authenticate(bearer));
    requireTooMany(() -> authenticator.authenticateToken(token, basic("", "x")));
    requireTooMany(() -> authenticator.authenticateManager("Bearer " + token));
    requireTooMany(() -> authenticator.credentialOfPassword(token));
    assertThat(fixture.caller.subject).startsWith("token acme/app/");
  }

  @Test
  void othersAreServed() throws Exception {
    String token = fixture.token(APP, Scope.PULL);
    String other = fixture.token(APP, Scope.PULL);
    useUp(() -> authenticator.authenticate(basic("", token)));
    useUp(authenticator::admitAnonymous);

    make(() -> authenticator.authenticate(basic("", other)));
    make(() -> authenticator.authenticate(basic("", AuthFixture.ADMIN)));
    fixture.caller.address = "192.0.2.2";
    make(authenticator::admitAnonymous);
  }

  @Test
  void anonymousCallersAreTheirAddress() throws Exception {
    String bearer = fixture.bearer(null, "repository:acme/app:pull");
    fixture.clock.advance(Duration.ofMinutes(1));
    useUp(() -> authenticator.authenticate(bearer));

    requireTooMany(authenticator::admitAnonymous);
    requireTooMany(() -> authenticator.credential(null));
  }

  /** A client that only asks what it has to show takes nothing from who shares its address. */
  @Test
  void whoIsAskedForCredentialsIsNotCounted() throws Exception {
    for (int i = 0; i < 3 * MOST; i++) {
      make(() -> authenticator.authenticate(null));
    }
    make(authenticator::admitAnonymous);
  }

  @Test
  void aRequestCountsOnce() throws Exception {
    String token = basic("", fixture.token(APP, Scope.PULL));
    make(
        () -> {
          for (int i = 0; i < 3 * MOST; i++) {
            authenticator.authenticate(token);
          }
        });

    make(() -> authenticator.authenticate(token));
  }

  @Test
  void whatIsRefusedIsCounted() throws Exception {
    RequestRates rates = new RequestRates(1, 0, fixture.clock);
    Access holder = authenticator.credential(basic("", fixture.token(APP, Scope.PULL)));
    fixture.caller.nextRequest();
    rates.known(holder, fixture.caller);
    fixture.caller.nextRequest();
    assertThatThrownBy(() -> rates.known(holder, fixture.caller))
        .isInstanceOf(TooManyRequestsException.class);
    fixture.caller.nextRequest();
    rates.unknown(fixture.caller);

    assertThat(rates.refusedOfTokens()).isEqualTo(1);
    assertThat(rates.refusedOfAddresses()).isZero();
  }
}
