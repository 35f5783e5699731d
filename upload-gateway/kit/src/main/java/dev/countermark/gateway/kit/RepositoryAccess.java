package dev.countermark.gateway.kit;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.auth.AuthenticationFailedException;
import dev.countermark.gateway.auth.Authenticator;
import dev.countermark.gateway.auth.TooManyRequestsException;
import dev.countermark.gateway.kit.DeniedException.Reason;
import dev.countermark.gateway.repositories.Repositories;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Who may do what with the packages of one format in a repository. Denies by default: only a
 * format's own setting lets anybody read.
 *
 * @param <S> the format's settings
 */
public final class RepositoryAccess<S> {
  private final Authenticator authenticator;
  private final Repositories repositories;
  private final Format<?, S> format;
  private final Predicate<S> anonymousRead;

  /**
   * @param anonymousRead whether the settings of a repository let anybody read
   */
  public RepositoryAccess(
      Authenticator authenticator,
      Repositories repositories,
      Format<?, S> format,
      Predicate<S> anonymousRead) {
    this.authenticator = authenticator;
    this.repositories = repositories;
    this.format = format;
    this.anonymousRead = anonymousRead;
  }

  /**
   * What came with a request.
   *
   * @param authorization value of {@code Authorization}
   * @param token from a header of its own; goes before the other when it is one of ours: elsewhere
   *     people put any word there beside their credentials
   */
  public record Credentials(Optional<String> authorization, Optional<String> token) {
    public static Credentials of(String authorization) {
      return new Credentials(Optional.ofNullable(authorization), Optional.empty());
    }
  }

  /**
   * A caller who may do what he asked for, and the repository.
   *
   * @param isPublic whether anybody may read here, so that shared caches may keep answers
   */
  public record Granted<S>(
      RepositoryRecord repository, S settings, Access access, boolean isPublic) {}

  /**
   * Checks a caller. An administrator who pushes makes the repository.
   *
   * @throws DeniedException when he may not, or there is no such repository
   * @throws TooManyRequestsException when he asks too often
   */
  public Granted<S> check(RepositoryName name, Action action, Credentials credentials) {
    Access access = authenticate(credentials);
    Optional<RepositoryRecord> found = repositories.find(name);
    boolean open = isOpen(found);
    boolean mayRead = open || access.holds(name, Action.PULL);
    if (!(action == Action.PULL ? mayRead : access.holds(name, action))) {
      if (!access.isAuthenticated()) {
        throw new DeniedException(Reason.NO_CREDENTIALS, "credentials are needed");
      }
      // Whether there is such a repository is told to those only who may use it.
      throw mayRead
          ? new DeniedException(Reason.READ_ONLY, "the credentials may only read " + name)
          : new DeniedException(Reason.FORBIDDEN, "the credentials are not for " + name);
    }
    if (!access.isAuthenticated()) {
      authenticator.admitAnonymous();
    }
    if (found.isEmpty() && action == Action.PUSH && access.isAdministrator()) {
      found = Optional.of(repositories.findOrCreate(name));
    }
    RepositoryRecord repository =
        found.orElseThrow(
            () -> new DeniedException(Reason.UNKNOWN_REPOSITORY, "there is no repository " + name));
    return new Granted<>(repository, repository.settings(format), access, isOpen(found));
  }

  /** Whether anybody may read there; false when there is no such repository. */
  public boolean isOpen(RepositoryName name) {
    return isOpen(repositories.find(name));
  }

  private boolean isOpen(Optional<RepositoryRecord> repository) {
    return repository.map(r -> anonymousRead.test(r.settings(format))).orElse(false);
  }

  /**
   * Who calls.
   *
   * @throws DeniedException when credentials are given and are not valid
   */
  public Access authenticate(Credentials credentials) {
    String authorization = credentials.authorization().orElse(null);
    try {
      return credentials.token().isPresent()
          ? authenticator.authenticateToken(credentials.token().get(), authorization)
          : authenticator.authenticate(authorization);
    } catch (AuthenticationFailedException e) {
      throw new DeniedException(Reason.INVALID_CREDENTIALS, e.getMessage());
    }
  }
}
