package dev.countermark.gateway.nuget;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.auth.AuthenticationFailedException;
import dev.countermark.gateway.auth.Authenticator;
import dev.countermark.gateway.repositories.Repositories;
import java.time.Instant;
import java.util.Optional;

/**
 * Who may do what with a feed. Tokens come as API key or as password; who sends none is asked for
 * one, because clients send credentials only then.
 */
final class FeedAccess {
  private final Authenticator authenticator;
  private final Repositories repositories;

  FeedAccess(Authenticator authenticator, Repositories repositories) {
    this.authenticator = authenticator;
    this.repositories = repositories;
  }

  /** A caller who may do what he asked for, and the repository. */
  record Granted(RepositoryRecord repository, Access access) {}

  /**
   * Checks a caller.
   *
   * @param apiKey of the header {@code X-NuGet-ApiKey}
   * @throws NugetException 401, 403 or 404
   */
  Granted check(
      RepositoryName name, Action action, Optional<String> authorization, Optional<String> apiKey) {
    Access access = authenticate(authorization, apiKey);
    Optional<RepositoryRecord> found = repositories.find(name);
    boolean isPublic =
        action == Action.PULL
            && found.map(r -> r.settings(new NugetFormat()).anonymousRead()).orElse(false);
    if (!isPublic && !access.holds(name, action)) {
      // Whether there is such a repository is told to those only who may use it.
      throw access.isAuthenticated()
          ? new NugetException(403, "This token does not allow that on the feed " + name + ".")
          : challenge("This feed needs a token: send it as API key or as password.");
    }
    if (found.isEmpty() && action == Action.PUSH && access.isAdministrator()) {
      return new Granted(repositories.findOrCreate(name), access);
    }
    return new Granted(
        found.orElseThrow(
            () ->
                NugetException.notFound(
                    "There is no feed " + name + "; create the repository first.")),
        access);
  }

  /**
   * Lets anybody in, whoever he is.
   *
   * @param alsoUnknown whether a repository that does not exist is answered like one that does
   * @throws NugetException 404
   */
  Granted open(RepositoryName name, boolean alsoUnknown) {
    RepositoryRecord repository =
        repositories
            .find(name)
            .or(
                () ->
                    alsoUnknown
                        ? Optional.of(new RepositoryRecord(0, name, Instant.EPOCH))
                        : Optional.empty())
            .orElseThrow(() -> NugetException.notFound("There is no such feed."));
    try {
      return new Granted(repository, authenticator.authenticate(null));
    } catch (AuthenticationFailedException e) {
      throw new IllegalStateException("nobody in particular is always known", e);
    }
  }

  private Access authenticate(Optional<String> authorization, Optional<String> apiKey) {
    try {
      return apiKey.isPresent()
          ? authenticator.authenticateToken(apiKey.get())
          : authenticator.authenticate(authorization.orElse(null));
    } catch (AuthenticationFailedException e) {
      throw challenge("The token is not valid.");
    }
  }

  private static NugetException challenge(String message) {
    return new NugetException(401, message)
        .with("WWW-Authenticate", "Basic realm=\"countermark\", charset=\"UTF-8\"");
  }
}
