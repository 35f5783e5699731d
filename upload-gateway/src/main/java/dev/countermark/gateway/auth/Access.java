package dev.countermark.gateway.auth;

import dev.countermark.contracts.RepositoryName;

/** What one authenticated (or anonymous) caller may do. */
public interface Access {
  /**
   * Whether the caller may do {@code action}. For an anonymous caller the answer for {@link
   * Action#PULL} depends on the repository's setting; everything else is refused.
   */
  boolean may(RepositoryName repository, Action action);

  /**
   * Whether the caller's own credential allows {@code action}, whatever is public; false for the
   * anonymous caller.
   */
  boolean holds(RepositoryName repository, Action action);

  /** Whether the caller holds the installation's admin token. */
  boolean isAdministrator();

  /** False for the anonymous caller. */
  boolean isAuthenticated();

  /** Who it is, for logs: never a secret. */
  String subject();
}
