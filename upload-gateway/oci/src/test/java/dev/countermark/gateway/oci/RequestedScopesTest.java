package dev.countermark.gateway.oci;

import static dev.countermark.gateway.auth.AuthFixture.APP;
import static dev.countermark.gateway.auth.AuthFixture.OTHER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.gateway.auth.Action;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestedScopesTest {
  @Test
  void theOrderOfActionsDoesNotMatter() throws Exception {
    var wanted = Map.of(APP, Set.of(Action.PULL, Action.PUSH));

    assertThat(RequestedScopes.parse(List.of("repository:acme/app:pull,push"))).isEqualTo(wanted);
    assertThat(RequestedScopes.parse(List.of("repository:acme/app:push,pull"))).isEqualTo(wanted);
  }

  @Test
  void severalParametersAndSeveralScopesInOneAreTheSame() throws Exception {
    var wanted = Map.of(APP, Set.of(Action.PULL, Action.PUSH), OTHER, Set.of(Action.PULL));

    assertThat(
            RequestedScopes.parse(
                List.of("repository:acme/app/a/b:push,pull", "repository:acme/other:pull")))
        .isEqualTo(wanted);
    assertThat(
            RequestedScopes.parse(
                List.of("repository:acme/other:pull  repository:acme/app/x:push,pull")))
        .isEqualTo(wanted);
    assertThat(
            RequestedScopes.parse(
                List.of(
                    "repository:acme/app:push repository:acme/app/x:pull",
                    "repository:acme/other:pull")))
        .isEqualTo(wanted);
  }

  @Test
  void aStarIsEveryActionOfARegistryAsSkopeoDeleteAsks() throws Exception {
    assertThat(RequestedScopes.parse(List.of("repository:acme/app:*")))
        .isEqualTo(Map.of(APP, Set.of(Action.PULL, Action.PUSH, Action.DELETE)));
  }

  @Test
  void noScopeIsNothing() throws Exception {
    assertThat(RequestedScopes.parse(List.of())).isEmpty();
    assertThat(RequestedScopes.parse(List.of(""))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "registry:catalog:*",
        "repository(plugin):acme/app:pull",
        "repository:acme:pull",
        "repository:acme/app",
        "repository:acme/app:",
        "repository:ACME/app:pull",
        "repository:v2/app:pull",
        "repository:acme/app:admin",
        "repository::pull",
        "::",
        ":",
        "repository:host:5000/acme/app:pull"
      })
  void whatIsNotUnderstoodIsNotGranted(String scope) throws Exception {
    assertThat(RequestedScopes.parse(List.of(scope))).isEmpty();
  }

  @Test
  void tooManyScopesAreRefused() throws Exception {
    String one = "repository:acme/app:pull";
    assertThat(RequestedScopes.parse(Collections.nCopies(64, one))).hasSize(1);

    assertThatThrownBy(() -> RequestedScopes.parse(Collections.nCopies(65, one)))
        .isInstanceOf(RequestedScopes.TooManyException.class);
    assertThatThrownBy(
            () -> RequestedScopes.parse(List.of(String.join(" ", Collections.nCopies(9_999, one)))))
        .isInstanceOf(RequestedScopes.TooManyException.class);
  }

  /** Whatever comes in, the actions of a repository come only from a scope that names it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void randomTextNeitherThrowsNorGrantsMoreThanItSays(long seed) throws Exception {
    Random random = new Random(seed);
    String[] pieces = {
      "repository",
      ":",
      "acme",
      "/",
      "app",
      "other",
      "pull",
      "push",
      "delete",
      "*",
      ",",
      " ",
      "(",
      ")",
      "registry",
      "catalog",
      "A",
      "\u0000",
      "é",
      "admin",
      "..",
      "-",
      "_"
    };
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(14);
      for (int j = 0; j < length; j++) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      var wanted = RequestedScopes.parse(List.of(text.toString()));
      wanted.forEach(
          (repository, actions) -> {
            assertThat(text).contains("repository:" + repository);
            assertThat(actions).isNotEmpty().doesNotContain(Action.ADMIN);
            for (Action action : actions) {
              String name = action.grant().orElseThrow();
              assertThat(text.indexOf(name) >= 0 || text.indexOf("*") >= 0).isTrue();
            }
          });
    }
  }
}
