package dev.countermark.gateway.nuget;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.auth.AuthChallenge;
import dev.countermark.gateway.kit.DeniedException;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.RepositoryAccess;
import dev.countermark.gateway.kit.RepositoryAccess.Credentials;
import dev.countermark.gateway.repositories.Repositories;
import java.time.Instant;

/**
 * Who may do what with a feed. Tokens come as API key or as password; who sends none is asked for
 * one, because clients send credentials only then.
 */
final class FeedAccess {
  private final RepositoryAccess<NugetSettings> access;
  private final Repositories repositories;

  FeedAccess(RepositoryAccess<NugetSettings> access, Repositories repositories) {
    this.access = access;
    this.repositories = repositories;
  }

  /**
   * A caller who may do what he asked for.
   *
   * @param subject who it is, for logs
   */
  record Granted(RepositoryRecord repository, NugetSettings settings, String subject) {}

  /**
   * Checks a caller.
   *
   * @throws Failed 401, 403 or 404
   */
  Granted check(RepositoryName name, Action action, Credentials credentials) {
    try {
      RepositoryAccess.Granted<NugetSettings> granted = access.check(name, action, credentials);
      return new Granted(granted.repository(), granted.settings(), granted.access().subject());
    } catch (DeniedException e) {
      throw denied(e, name);
    }
  }

  private static Failed denied(DeniedException e, RepositoryName name) {
    return switch (e.reason()) {
      case INVALID_CREDENTIALS -> challenge("The token is not valid.");
      case NO_CREDENTIALS ->
          challenge("This feed needs a token: send it as API key or as password.");
      case READ_ONLY, FORBIDDEN ->
          new Failed(403, "This token does not allow that on the feed " + name + ".");
      case UNKNOWN_REPOSITORY ->
          FeedDialect.notFound("There is no feed " + name + "; create the repository first.");
    };
  }

  private static Failed challenge(String message) {
    return new Failed(401, message).with("WWW-Authenticate", AuthChallenge.BASIC);
  }

  /**
   * Lets anybody in, whoever he is.
   *
   * @param alsoUnknown whether a repository that does not exist is answered like one that does
   * @throws Failed 404
   */
  Granted open(RepositoryName name, boolean alsoUnknown) {
    RepositoryRecord repository =
        repositories
            .find(name)
            .orElseGet(
                () -> {
                  if (!alsoUnknown) {
                    throw FeedDialect.notFound("There is no such feed.");
                  }
                  return new RepositoryRecord(0, name, Instant.EPOCH);
                });
    return new Granted(repository, repository.settings(new NugetFormat()), "anonymous");
  }
}
