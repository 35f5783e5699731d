package dev.countermark.gateway.auth;

import static dev.countermark.gateway.auth.AuthFixture.ADMIN;
import static dev.countermark.gateway.auth.AuthFixture.APP;
import static dev.countermark.gateway.auth.AuthFixture.OTHER;
import static dev.countermark.gateway.auth.AuthFixture.SECRET;
import static dev.countermark.gateway.auth.AuthFixture.basic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
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
    Access read = authenticator.authenticate(basic("ci", fixture.token(APP, Scope.PULL)));
    Access push = authenticator.authenticate(basic("ci", fixture.token(APP, Scope.PUSH)));
    Access delete = authenticator.authenticate(basic("ci", fixture.token(APP, Scope.DELETE)));
    Access admin = authenticator.authenticate(basic("ci", fixture.token(APP, Scope.ADMIN)));

    assertThat(allowed(read)).containsExactly(Action.PULL);
    assertThat(allowed(push)).containsExactly(Action.PULL, Action.PUSH);
    assertThat(allowed(delete)).containsExactly(Action.PULL, Action.DELETE);
    assertThat(allowed(admin)).containsExactly(Action.values());
    for (Access access : new Access[] {read, push, delete, admin}) {
      assertThat(access.isAdministrator()).isFalse();
      assertThat(access.holds(OTHER, Action.PULL)).isFalse();
    }
  }

  private static EnumSet<Action> allowed(Access access) {
    return allowed(access, APP.toString());
  }

  /** What was given to a job must not be taken away by an update. */
  @Test
  void aTokenOfBeforeThatCouldPushCanStillDelete() throws Exception {
    String token = fixture.token(APP, Scope.PUSH);
    TokenText text = TokenText.parse(token).orElseThrow();
    String stored =
        "{\"generation\":1,\"repository\":\"acme/app\",\"id\":\"%s\",\"scopes\":[\"read\",\"push\"],"
            + "\"secretSha256\":\"%s\",\"createdAt\":\"2026-11-24T08:00:00Z\"}";
    String key = ObjectKeys.token(APP, text.name().id());
    fixture.store.delete(key);
    fixture.store.create(
        key,
        stored.formatted(text.name().id(), text.secretSha256()).getBytes(StandardCharsets.UTF_8));

    assertThat(allowed(authenticator.authenticate(basic("ci", token))))
        .containsExactly(Action.PULL, Action.PUSH, Action.DELETE);
    fixture.tokens.revoke(text.name());
    assertRefused(basic("ci", token));
  }

  @Test
  void aTokenOfTheInstallationMayInEachRepositoryWhatItsEntriesSay() throws Exception {
    String token =
        installationToken(
            new TokenGrant(patterns("acme/base", "shared/*"), EnumSet.of(Scope.PULL)),
            new TokenGrant(patterns("acme/app"), EnumSet.of(Scope.PUSH)),
            new TokenGrant(patterns("acme/a*"), EnumSet.of(Scope.DELETE)));

    Access access = authenticator.authenticate(basic("ci", token));

    assertThat(allowed(access, "acme/base")).containsExactly(Action.PULL);
    assertThat(allowed(access, "shared/any")).containsExactly(Action.PULL);
    assertThat(allowed(access, "acme/app"))
        .containsExactly(Action.PULL, Action.PUSH, Action.DELETE);
    assertThat(allowed(access, "acme/other")).isEmpty();
    assertThat(access.isAdministrator()).isFalse();
    assertThat(access.managed()).isEmpty();
    String id = TokenText.parse(token).orElseThrow().name().id();
    assertThat(access.subject()).isEqualTo("token " + id);
  }

  @Test
  void aBearerTokenOfATokenOfTheInstallationEndsWithIt() throws Exception {
    String token = installationToken(new TokenGrant(patterns("acme/*"), EnumSet.of(Scope.PUSH)));
    String bearer = fixture.bearer(basic("", token), "repository:acme/app:push,pull");
    assertThat(allowed(authenticator.authenticate(bearer)))
        .containsExactly(Action.PULL, Action.PUSH);

    fixture.tokens.revoke(TokenText.parse(token).orElseThrow().name());

    assertRefused(bearer);
  }

  @Test
  void anAdministratorsTokenMayEverythingUntilItIsRevoked() throws Exception {
    var created =
        fixture.tokens.create(
            Optional.empty(),
            new Tokens.Order(List.of(), true, Optional.empty(), Optional.empty()),
            "test");

    Access access = authenticator.authenticateManager("Bearer " + created.text());

    assertThat(access.isAdministrator()).isTrue();
    assertThat(allowed(access)).containsExactly(Action.values());
    fixture.tokens.revoke(created.record().name());
    assertThatThrownBy(() -> authenticator.authenticateManager("Bearer " + created.text()))
        .isInstanceOf(AuthenticationFailedException.class);
  }

  private String installationToken(TokenGrant... grants) {
    return fixture
        .tokens
        .create(
            Optional.empty(),
            new Tokens.Order(List.of(grants), false, Optional.empty(), Optional.empty()),
            "test")
        .text();
  }

  private static List<RepositoryPattern> patterns(String... texts) {
    return Arrays.stream(texts).map(t -> RepositoryPattern.parse(t).orElseThrow()).toList();
  }

  private static EnumSet<Action> allowed(Access access, String repository) {
    EnumSet<Action> allowed = EnumSet.noneOf(Action.class);
    for (Action action : Action.values()) {
      if (access.holds(RepositoryName.of(repository), action)) {
        allowed.add(action);
      }
    }
    return allowed;
  }

  @Test
  void theLastUseOfATokenIsWrittenDownLaterAndSeldom() throws Exception {
    String token = fixture.token(APP, Scope.PULL);
    TokenName name = TokenText.parse(token).orElseThrow().name();
    authenticator.authenticate(basic("", token));
    assertThat(fixture.tokens.look(name).orElseThrow().lastUsedAt()).isEmpty();

    var first = fixture.clock.instant();
    fixture.uses.write();
    assertThat(fixture.tokens.look(name).orElseThrow().lastUsedAt()).contains(first);

    fixture.clock.advance(Duration.ofMinutes(4));
    authenticator.authenticate(basic("", token));
    fixture.uses.write();
    assertThat(fixture.tokens.look(name).orElseThrow().lastUsedAt()).contains(first);

    fixture.clock.advance(Duration.ofMinutes(1));
    String bearer = fixture.bearer(basic("", token), "repository:acme/app:pull");
    authenticator.authenticate(bearer);
    fixture.uses.write();
    assertThat(fixture.tokens.look(name).orElseThrow().lastUsedAt())
        .contains(fixture.clock.instant());
  }

  /** A token that was deleted with its repository does not come back by its last use. */
  @Test
  void theLastUseOfATokenThatIsGoneIsForgotten() throws Exception {
    String token = fixture.token(APP, Scope.PULL);
    TokenName name = TokenText.parse(token).orElseThrow().name();
    authenticator.authenticate(basic("", token));
    fixture.store.delete(name.key());

    fixture.uses.write();

    assertThat(fixture.tokens.look(name)).isEmpty();
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
            .create(
                Optional.of(APP),
                new Tokens.Order(
                    Tokens.Order.of(APP, EnumSet.of(Scope.PULL)).grants(),
                    false,
                    Optional.empty(),
                    Optional.of(expires)),
                "test")
            .text();

    fixture.clock.advance(Duration.ofSeconds(59));
    assertThat(authenticator.authenticate(basic("", token)).holds(APP, Action.PULL)).isTrue();

    fixture.clock.advance(Duration.ofSeconds(1));
    assertThatThrownBy(() -> authenticator.authenticate(basic("", token)))
        .isInstanceOf(AuthenticationFailedException.class);
  }

  @Test
  void revocationByAnotherReplicaIsSeenWithinFiveSeconds() throws Exception {
    String token = fixture.token(APP, Scope.PULL);
    assertThat(authenticator.authenticate(basic("", token)).holds(APP, Action.PULL)).isTrue();

    Tokens replica = new Tokens(fixture.store, fixture.clock);
    assertThat(replica.revoke(TokenText.parse(token).orElseThrow().name())).isTrue();
    fixture.clock.advance(Duration.ofSeconds(5));

    assertThatThrownBy(() -> authenticator.authenticate(basic("", token)))
        .isInstanceOf(AuthenticationFailedException.class);
  }

  @Test
  void revokingTwiceKeepsTheFirstTime() {
    String id = TokenText.parse(fixture.token(APP, Scope.PULL)).orElseThrow().name().id();
    fixture.tokens.revoke(new TokenName(Optional.of(APP), id));
    var first = fixture.tokens.list(Optional.of(APP), "", 10).tokens().get(0);
    fixture.clock.advance(Duration.ofHours(1));

    fixture.tokens.revoke(new TokenName(Optional.of(APP), id));

    assertThat(fixture.tokens.list(Optional.of(APP), "", 10).tokens()).containsExactly(first);
    assertThat(fixture.tokens.revoke(new TokenName(Optional.of(APP), "unknown0unknown0")))
        .isFalse();
    assertThat(fixture.tokens.revoke(new TokenName(Optional.of(APP), "../../" + id))).isFalse();
  }

  @Test
  void onlyTheHashOfASecretIsStored() {
    String token = fixture.token(APP, Scope.PULL);
    String id = TokenText.parse(token).orElseThrow().name().id();

    String stored =
        new String(
            fixture.store.get(ObjectKeys.token(APP, id)).orElseThrow().content(),
            StandardCharsets.UTF_8);

    assertThat(stored)
        .contains(id)
        .contains(TokenText.parse(token).orElseThrow().secretSha256())
        .doesNotContain(token.substring(token.lastIndexOf('.') + 1));
    var created =
        fixture.tokens.create(
            Optional.of(APP), Tokens.Order.of(APP, EnumSet.of(Scope.PULL)), "test");
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
                basic("", fixture.token(APP, Scope.PUSH, Scope.DELETE)),
                "repository:acme/app:push,pull"));
    Access only =
        authenticator.authenticate(
            fixture.bearer(
                basic("", fixture.token(APP, Scope.PUSH)), "repository:acme/app:push,pull"));
    Access read =
        authenticator.authenticate(
            fixture.bearer(
                basic("", fixture.token(APP, Scope.PULL)), "repository:acme/app:push,pull,delete"));

    assertThat(push.holds(APP, Action.DELETE)).isTrue();
    assertThat(push.holds(APP, Action.PUSH)).isTrue();
    assertThat(push.holds(APP, Action.ADMIN)).isFalse();
    assertThat(only.holds(APP, Action.PUSH)).isTrue();
    assertThat(only.holds(APP, Action.DELETE)).isFalse();
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
    String token = fixture.token(APP, Scope.PULL);
    String header = fixture.bearer(basic("", token), "repository:acme/app:pull");
    assertThat(authenticator.authenticate(header).holds(APP, Action.PULL)).isTrue();

    fixture.tokens.revoke(TokenText.parse(token).orElseThrow().name());

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
