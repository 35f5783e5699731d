package dev.countermark.gateway.oci;

import static dev.countermark.gateway.auth.AuthFixture.APP;
import static dev.countermark.gateway.auth.AuthFixture.OTHER;
import static dev.countermark.gateway.auth.AuthFixture.basic;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.auth.AuthFixture;
import dev.countermark.gateway.auth.Scope;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChallengesTest {
  private final AuthFixture fixture = new AuthFixture();
  private final Set<RepositoryName> open = new HashSet<>();
  private final AnonymousPull anonymous = open::contains;
  private final Challenges challenges =
      new Challenges(URI.create("https://registry.test:8080"), anonymous);

  @Test
  void thePingNamesRealmAndServiceOfThePublicUrlWithoutScope() {
    assertThat(challenges.ping().challenge())
        .contains(
            "Bearer realm=\"https://registry.test:8080/v2/token\",service=\"registry.test:8080\"");
    assertThat(challenges.ping().status()).isEqualTo(401);
  }

  @Test
  void anonymousCallersAreToldWhichScopeIsNeeded() throws Exception {
    var denial =
        challenges
            .check(fixture.authenticator.authenticate(null), APP, "acme/app/web", Action.PUSH)
            .orElseThrow();

    assertThat(denial.status()).isEqualTo(401);
    assertThat(denial.code()).isEqualTo("UNAUTHORIZED");
    assertThat(denial.challenge().orElseThrow())
        .endsWith(",scope=\"repository:acme/app/web:pull,push\"");
  }

  @Test
  void aTooNarrowBearerTokenIsAskedToComeBackWithABetterOne() throws Exception {
    String header =
        fixture.bearer(basic("", fixture.token(APP, Scope.PUSH)), "repository:acme/app:pull");

    var denial =
        challenges
            .check(fixture.authenticator.authenticate(header), APP, "acme/app", Action.PUSH)
            .orElseThrow();

    assertThat(denial.status()).isEqualTo(401);
    assertThat(denial.challenge().orElseThrow()).endsWith("error=\"insufficient_scope\"");
  }

  @Test
  void whereNoBearerTokenWouldHelpTheAnswerIsDenied() throws Exception {
    String read = basic("", fixture.token(APP, Scope.PULL));
    for (String header : new String[] {read, fixture.bearer(read, "repository:acme/app:pull")}) {
      var denial =
          challenges
              .check(fixture.authenticator.authenticate(header), APP, "acme/app", Action.PUSH)
              .orElseThrow();

      assertThat(denial.status()).isEqualTo(403);
      assertThat(denial.code()).isEqualTo("DENIED");
      assertThat(denial.challenge()).isEmpty();
    }
  }

  @Test
  void anAnonymousBearerTokenIsSentToAuthenticate() throws Exception {
    String header = fixture.bearer(null, "repository:acme/app:push,pull");

    assertThat(
            challenges
                .check(fixture.authenticator.authenticate(header), APP, "acme/app", Action.PUSH)
                .orElseThrow()
                .status())
        .isEqualTo(401);
  }

  @Test
  void whatIsAllowedIsNotDenied() throws Exception {
    String header = basic("", fixture.token(APP, Scope.PULL));

    assertThat(
            challenges.check(
                fixture.authenticator.authenticate(header), APP, "acme/app", Action.PULL))
        .isEmpty();
  }

  @Test
  void anybodyMayOnlyPullAndOnlyWhatIsOpen() throws Exception {
    open.add(APP);
    Access nobody = fixture.authenticator.authenticate(null);
    Access stranger =
        fixture.authenticator.authenticate(basic("", fixture.token(OTHER, Scope.PUSH)));

    for (Access access : List.of(nobody, stranger)) {
      assertThat(anonymous.allows(access, APP, Action.PULL)).isTrue();
      assertThat(anonymous.allows(access, APP, Action.PUSH)).isFalse();
      assertThat(access.holds(APP, Action.PULL)).isFalse();
    }
    assertThat(anonymous.allows(nobody, OTHER, Action.PULL)).isFalse();
  }

  @Test
  void anAnonymousBearerTokenPullsWhatIsOpenNow() throws Exception {
    open.add(APP);
    var credential = fixture.authenticator.credential(null);
    var granted =
        TokenGrants.grant(
            credential, anonymous, RequestedScopes.parse(List.of("repository:acme/app:pull,push")));
    assertThat(granted).containsOnly(Map.entry(APP, Set.of(Action.PULL)));
    Access bearer =
        fixture.authenticator.authenticate(
            "Bearer "
                + fixture
                    .authenticator
                    .bearerTokens()
                    .issue(credential.credential(), granted)
                    .token());
    assertThat(challenges.check(bearer, APP, "acme/app", Action.PULL)).isEmpty();

    open.clear();

    assertThat(challenges.check(bearer, APP, "acme/app", Action.PULL)).isPresent();
  }
}
