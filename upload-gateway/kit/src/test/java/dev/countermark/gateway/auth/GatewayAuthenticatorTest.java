package dev.countermark.gateway.auth;

import static dev.countermark.gateway.auth.AuthFixture.ADMIN;
import static dev.countermark.gateway.auth.AuthFixture.APP;
import static dev.countermark.gateway.auth.AuthFixture.OTHER;
import static dev.countermark.gateway.auth.AuthFixture.SECRET;
import static dev.countermark.gateway.auth.AuthFixture.basic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.ObjectKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayAuthenticatorTest {
  private final AuthFixture fixture = new AuthFixture();
  private final GatewayAuthenticator authenticator = fixture.authenticator;

  @Test
  void noHeaderIsAnonymousAndMayNothing() throws Exception {
    Access access = authenticator.authenticate(null);

    assertThat(access.isAuthenticated()).isFalse();
    assertThat(access.isAdministrator()).isFalse();
    for (Action action : Action.values()) {
      assertThat(access.holds(APP, action)).isFalse();
    }
  }

  @Test
  void emptyUserAndPasswordIsAnonymousBecausePodmanSendsIt() throws Exception {
    assertThat(authenticator.authenticate(basic("", "")).isAuthenticated()).isFalse();
  }

  @Test
  void theAdminTokenMayEverythingWithAnyUserName() throws Exception {
    assertThat(authenticator.authenticate(basic("", ADMIN)).isAdministrator()).isTrue();
    Access access = authenticator.authenticate(basic("whoever", ADMIN));
    for (Action action : Action.values()) {
      assertThat(access.holds(APP, action)).isTrue();
    }
    assertThat(authenticator.authenticate("bearer " + ADMIN).isAdministrator()).isTrue();
  }

  @Test
  void scopesAllowWhatTheySayInTheirRepositoryOnly() throws Exception {
    Access read = authenticator.authenticate(basic("ci", fixture.token(APP, Scope.READ)));
    Access push = authenticator.authenticate(basic("ci", fixture.token(APP, Scope.PUSH)));
    Access admin = authenticator.authenticate(basic("ci", fixture.token(APP, Scope.ADMIN)));

    assertThat(allowed(read)).containsExactly(Action.PULL);
    assertThat(allowed(push)).containsExactly(Action.PULL, Action.PUSH, Action.DELETE);
    assertThat(allowed(admin)).containsExactly(Action.values());
    for (Access access : new Access[] {read, push, admin}) {
      assertThat(access.isAdministrator()).isFalse();
      assertThat(access.holds(OTHER, Action.PULL)).isFalse();
    }
  }

  private static EnumSet<Action> allowed(Access access) {
    EnumSet<Action> allowed = EnumSet.noneOf(Action.class);
    for (Action action : Action.values()) {
      if (access.holds(APP, action)) {
        allowed.add(action);
      }
    }
    return allowed;
  }

  @Test
  void aWrongSecretIsRefusedAlthoughTheIdIsRight() {
    String token = fixture.token(APP, Scope.PUSH);
    char last = token.charAt(token.length() - 1);
    String wrong = token.substring(0, token.length() - 1) + (last == 'A' ? 'B' : 'A');

    assertThatThrownBy(() -> authenticator.authenticate(basic("ci", wrong)))
        .isInstanceOf(AuthenticationFailedException.class)
        .hasMessageNotContaining(wrong);
  }

  @Test
  void aTokenOfOneRepositoryDoesNotFitAnother() {
    String token = fixture.token(APP, Scope.PUSH).replace("cm.acme.app.", "cm.acme.other.");

    assertThatThrownBy(() -> authenticator.authenticate(basic("ci", token)))
        .isInstanceOf(AuthenticationFailedException.class);
  }

  @Test
  void anExpiredTokenIsRefusedToTheSecond() throws Exception {
    var expires = fixture.clock.instant().plusSeconds(60);
    String token =
        fixture
            .tokens
            .create(APP, EnumSet.of(Scope.READ), Optional.empty(), Optional.of(expires))
            .text();

    fixture.clock.advance(Duration.ofSeconds(59));
    assertThat(authenticator.authenticate(basic("", token)).holds(APP, Action.PULL)).isTrue();

    fixture.clock.advance(Duration.ofSeconds(1));
    assertThatThrownBy(() -> authenticator.authenticate(basic("", token)))
        .isInstanceOf(AuthenticationFailedException.class);
  }

  @Test
  void revocationByAnotherReplicaIsSeenWithinFiveSeconds() throws Exception {
    String token = fixture.token(APP, Scope.READ);
    assertThat(authenticator.authenticate(basic("", token)).holds(APP, Action.PULL)).isTrue();

    RepositoryTokens replica = new RepositoryTokens(fixture.store, fixture.clock);
    assertThat(replica.revoke(APP, TokenText.parse(token).orElseThrow().id())).isTrue();
    fixture.clock.advance(Duration.ofSeconds(5));

    assertThatThrownBy(() -> authenticator.authenticate(basic("", token)))
        .isInstanceOf(AuthenticationFailedException.class);
  }

  @Test
  void revokingTwiceKeepsTheFirstTime() {
    String id = TokenText.parse(fixture.token(APP, Scope.READ)).orElseThrow().id();
    fixture.tokens.revoke(APP, id);
    var first = fixture.tokens.list(APP, "", 10).tokens().get(0);
    fixture.clock.advance(Duration.ofHours(1));

    fixture.tokens.revoke(APP, id);

    assertThat(fixture.tokens.list(APP, "", 10).tokens()).containsExactly(first);
    assertThat(fixture.tokens.revoke(APP, "unknown0unknown0")).isFalse();
    assertThat(fixture.tokens.revoke(APP, "../../" + id)).isFalse();
  }

  @Test
  void onlyTheHashOfASecretIsStored() {
    String token = fixture.token(APP, Scope.READ);
    String id = TokenText.parse(token).orElseThrow().id();

    String stored =
        new String(
            fixture.store.get(ObjectKeys.token(APP, id)).orElseThrow().content(),
            StandardCharsets.UTF_8);

    assertThat(stored)
        .contains(id)
        .contains(TokenText.parse(token).orElseThrow().secretSha256())
        .doesNotContain(token.substring(token.lastIndexOf('.') + 1));
    var created =
        fixture.tokens.create(APP, EnumSet.of(Scope.READ), Optional.empty(), Optional.empty());
    assertThat(created.toString() + created.record())
        .doesNotContain(created.text())
        .doesNotContain(created.record().secretSha256());
  }

  @Test
  void aBearerTokenMayWhatWasGrantedAndNothingElse() throws Exception {
    String header =
        fixture.bearer(
            basic("ci", fixture.token(APP, Scope.ADMIN)), "repository:acme/app/web:pull");

    Access access = authenticator.authenticate(header);

    assertThat(access.isAuthenticated()).isTrue();
    assertThat(access.holds(APP, Action.PULL)).isTrue();
    assertThat(access.holds(APP, Action.PUSH)).isFalse();
    assertThat(access.holds(APP, Action.ADMIN)).isFalse();
  }

  @Test
  void aBearerTokenWithoutScopeIsAuthenticatedAsLoginNeedsIt() throws Exception {
    Access access = authenticator.authenticate(fixture.bearer(basic("me", ADMIN)));

    assertThat(access.isAuthenticated()).isTrue();
    assertThat(access.isAdministrator()).isTrue();
    assertThat(access.holds(APP, Action.PULL)).isFalse();
  }

  /** crane and cosign ask for {@code push,pull} before they delete. */
  @Test
  void aBearerTokenForPushMayDelete() throws Exception {
    Access push =
        authenticator.authenticate(
            fixture.bearer(
                basic("", fixture.token(APP, Scope.PUSH)), "repository:acme/app:push,pull"));
    Access read =
        authenticator.authenticate(
            fixture.bearer(
                basic("", fixture.token(APP, Scope.READ)), "repository:acme/app:push,pull,delete"));

    assertThat(push.holds(APP, Action.DELETE)).isTrue();
    assertThat(push.holds(APP, Action.PUSH)).isTrue();
    assertThat(push.holds(APP, Action.ADMIN)).isFalse();
    assertThat(read.holds(APP, Action.DELETE)).isFalse();
  }

  @Test
  void aBearerTokenEndsAfterFiveMinutes() throws Exception {
    String header = fixture.bearer(basic("", ADMIN), "repository:acme/app:pull");

    fixture.clock.advance(Duration.ofMinutes(5));
    assertThat(authenticator.authenticate(header).holds(APP, Action.PULL)).isTrue(); // skew

    fixture.clock.advance(Duration.ofSeconds(31));
    assertThatThrownBy(() -> authenticator.authenticate(header))
        .isInstanceOf(AuthenticationFailedException.class)
        .hasMessageContaining("expired");
  }

  @Test
  void aBearerTokenEndsWithTheTokenItWasIssuedFor() throws Exception {
    String token = fixture.token(APP, Scope.READ);
    String header = fixture.bearer(basic("", token), "repository:acme/app:pull");
    assertThat(authenticator.authenticate(header).holds(APP, Action.PULL)).isTrue();

    fixture.tokens.revoke(APP, TokenText.parse(token).orElseThrow().id());

    assertThatThrownBy(() -> authenticator.authenticate(header))
        .isInstanceOf(AuthenticationFailedException.class)
        .hasMessageContaining("revoked");
  }

  @Test
  void aBearerTokenEndsWhenTheAdminTokenIsReplaced() throws Exception {
    String header = fixture.bearer(basic("", ADMIN), "repository:acme/app:pull");

    var replaced = fixture.authenticator("another-admin-token-altogether", SECRET);

    assertThatThrownBy(() -> replaced.authenticate(header))
        .isInstanceOf(AuthenticationFailedException.class);
  }

  @Test
  void aBearerTokenOfAnotherSecretIsRefused() throws Exception {
    String header = fixture.bearer(basic("", ADMIN), "repository:acme/app:pull");

    var other = fixture.authenticator(ADMIN, "another-secret-of-more-than-32-bytes");

    assertThatThrownBy(() -> other.authenticate(header))
        .isInstanceOf(AuthenticationFailedException.class);
  }

  @Test
  void anotherReplicaWithTheSameSecretAcceptsABearerToken() throws Exception {
    String header = fixture.bearer(basic("", ADMIN), "repository:acme/app:pull");

    assertThat(fixture.authenticator(ADMIN, SECRET).authenticate(header).holds(APP, Action.PULL))
        .isTrue();
  }

  /** {@code alg: none}, and every single changed character. */
  @Test
  void anAlteredBearerTokenIsRefused() throws Exception {
    String token = fixture.bearer(basic("", ADMIN), "repository:acme/app:pull").substring(7);
    String payload = token.split("\\.")[1];
    assertRefused("Bearer eyJhbGciOiJub25lIn0." + payload + ".");
    assertRefused("Bearer eyJhbGciOiJub25lIn0." + payload + "." + token.split("\\.")[2]);
    for (int i = 0; i < token.length() - 1; i++) {
      char c = token.charAt(i);
      assertRefused(
          "Bearer " + token.substring(0, i) + (c == 'A' ? 'B' : 'A') + token.substring(i + 1));
    }
  }

  @Test
  void theManagementApiTakesOnlyTokensThemselvesAsBearer() throws Exception {
    String token = fixture.token(APP, Scope.ADMIN);

    assertThat(authenticator.authenticateManager("Bearer " + ADMIN).isAdministrator()).isTrue();
    assertThat(authenticator.authenticateManager("Bearer " + token).holds(APP, Action.ADMIN))
        .isTrue();
    for (String header :
        new String[] {
          null, basic("", ""), basic("x", ADMIN), fixture.bearer(basic("", ADMIN)), "Bearer x"
        }) {
      assertThatThrownBy(() -> authenticator.authenticateManager(header))
          .isInstanceOf(AuthenticationFailedException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic Zm9v",
        "Basic gICA",
        "Digest x",
        "Bearer",
        "Bearer ",
        "Bearer a.b.c",
        "Bearer cm.acme.app.x.y",
        "Negotiate abc",
        ":",
        "Basic Og=="
      })
  void whatIsNoCredentialIsRefusedOrAnonymousNeverMore(String header) {
    try {
      Access access = authenticator.authenticate(header);
      assertThat(header).isEqualTo("Basic Og==");
      assertThat(access.isAuthenticated()).isFalse();
    } catch (AuthenticationFailedException e) {
      assertThat(e).hasMessageNotContaining("acme");
    }
  }

  @Test
  void refusesSecretsThatAreTooShort() {
    assertThatThrownBy(() -> fixture.authenticator("short", SECRET))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("countermark.gateway.admin-token");
    assertThatThrownBy(() -> fixture.authenticator(ADMIN, "short"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("countermark.gateway.secret");
  }

  private void assertRefused(String header) {
    assertThatThrownBy(() -> authenticator.authenticate(header))
        .isInstanceOf(AuthenticationFailedException.class);
  }
}
