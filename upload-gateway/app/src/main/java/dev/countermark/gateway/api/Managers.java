package dev.countermark.gateway.api;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.auth.AuthChallenge;
import dev.countermark.gateway.auth.AuthenticationFailedException;
import dev.countermark.gateway.auth.GatewayAuthenticator;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemException;
import java.util.Map;

/** Who may manage what. Asked first in every request; what it does not allow does not happen. */
final class Managers {
  private final GatewayAuthenticator authenticator;

  Managers(GatewayAuthenticator authenticator) {
    this.authenticator = authenticator;
  }

  /**
   * @throws ProblemException 401 or, for a valid token that cannot manage anything, 403
   */
  Access anyManager(String authorization) {
    Access access = authenticate(authorization);
    if (access.managed().isEmpty()) {
      throw new ProblemException(Kind.FORBIDDEN, "the token needs the scope admin");
    }
    return access;
  }

  /**
   * Who may make tokens of the installation. Not whoever manages one repository by its own token:
   * such tokens end with the repository, and what is made here does not.
   *
   * @throws ProblemException 401 or 403
   */
  Access managerOfTokens(String authorization) {
    Access access = anyManager(authorization);
    if (!access.isOfInstallation()) {
      throw new ProblemException(
          Kind.FORBIDDEN,
          "this takes the admin token or a token of the installation with the scope admin;"
              + " repositories have tokens of their own");
    }
    return access;
  }

  /**
   * The answer does not tell whether a repository that is not the caller's exists.
   *
   * @throws ProblemException 401 or 403
   */
  Access managerOf(RepositoryName repository, String authorization) {
    Access access = authenticate(authorization);
    if (!access.holds(repository, Action.ADMIN)) {
      throw new ProblemException(
          Kind.FORBIDDEN,
          "managing "
              + repository
              + " takes the admin token or a token with the scope admin there");
    }
    return access;
  }

  private Access authenticate(String authorization) {
    try {
      return authenticator.authenticateManager(authorization);
    } catch (AuthenticationFailedException e) {
      throw new ProblemException(
          Kind.UNAUTHENTICATED, e.getMessage(), Map.of("WWW-Authenticate", AuthChallenge.BEARER));
    }
  }
}
