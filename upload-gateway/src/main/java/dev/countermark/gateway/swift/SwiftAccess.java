package dev.countermark.gateway.swift;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.auth.AuthenticationFailedException;
import dev.countermark.gateway.auth.Authenticator;
import dev.countermark.gateway.repositories.Repositories;
import java.util.Optional;

/** Who may do what with a registry. Tokens come as bearer token or as password. */
final class SwiftAccess {
  private final Authenticator authenticator;
  private final Repositories repositories;

  SwiftAccess(Authenticator authenticator, Repositories repositories) {
    this.authenticator = authenticator;
    this.repositories = repositories;
  }

  /** A caller who may do what he asked for, and the repository. */
  record Granted(RepositoryRecord repository, Access access) {
    /** Whether what it answers may be kept by caches that others use. */
    boolean isPublic() {
      return repository.settings(new SwiftFormat()).anonymousRead();
    }
  }

  /**
   * Checks a caller. An administrator who publishes makes the repository.
   *
   * @param authorization the header's value
   * @throws SwiftException 401, 403 or 404
   */
  Granted check(RepositoryName name, Action action, Optional<String> authorization) {
    Access access = authenticate(authorization);
    Optional<RepositoryRecord> found = repositories.find(name);
    boolean isPublic = found.map(r -> r.settings(new SwiftFormat()).anonymousRead()).orElse(false);
    boolean mayRead = isPublic || access.holds(name, Action.PULL);
    if (!(action == Action.PULL ? mayRead : access.holds(name, action))) {
      if (!access.isAuthenticated()) {
        throw challenge(
            "This registry needs a token: log in with swift package-registry login, or send it as"
                + " bearer token or password.");
      }
      // Whether there is such a repository is told to those only who may use it.
      throw mayRead
          ? new SwiftException(
              403, "This token may only read: use one with scope push for " + name + ".")
          : SwiftException.notFound("There is no registry here, or this token is not for it.");
    }
    if (found.isEmpty() && action == Action.PUSH && access.isAdministrator()) {
      return new Granted(repositories.findOrCreate(name), access);
    }
    return new Granted(
        found.orElseThrow(
            () ->
                SwiftException.notFound(
                    "There is no repository "
                        + name
                        + ": create it first, or publish with the"
                        + " admin token.")),
        access);
  }

  /**
   * Checks credentials.
   *
   * @param name whose registry they must be good for; empty for any
   * @throws SwiftException 401
   */
  void login(Optional<RepositoryName> name, Optional<String> authorization) {
    Access access = authenticate(authorization);
    if (!access.isAuthenticated()) {
      throw challenge("Send a token: swift package-registry login URL --token TOKEN.");
    }
    boolean good =
        name.isEmpty()
            || access.isAdministrator()
            || access.holds(name.get(), Action.PULL)
            || repositories
                .find(name.get())
                .map(r -> r.settings(new SwiftFormat()).anonymousRead())
                .orElse(false);
    if (!good) {
      throw challenge("This token is not for " + name.get() + ".");
    }
  }

  private Access authenticate(Optional<String> authorization) {
    try {
      return authenticator.authenticate(authorization.orElse(null));
    } catch (AuthenticationFailedException e) {
      throw challenge("The token is not valid: it was revoked, has expired or is misspelled.");
    }
  }

  /** Not {@code Basic}: Swift 6.0 on Linux then waits forever instead of telling its user. */
  private static SwiftException challenge(String detail) {
    return new SwiftException(401, detail).with("WWW-Authenticate", "Bearer realm=\"countermark\"");
  }
}
