package dev.countermark.gateway.auth;

import static dev.countermark.gateway.auth.AuthFixture.APP;
import static dev.countermark.gateway.auth.AuthFixture.basic;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class ChallengesTest {
  private final AuthFixture fixture = new AuthFixture();
  private final Challenges challenges = new Challenges(URI.create("https://registry.test:8080"));

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
    String read = basic("", fixture.token(APP, Scope.READ));
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
    String header = basic("", fixture.token(APP, Scope.READ));

    assertThat(
            challenges.check(
                fixture.authenticator.authenticate(header), APP, "acme/app", Action.PULL))
        .isEmpty();
  }
}
