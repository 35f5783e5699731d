package dev.countermark.gateway.auth;

import dev.countermark.contracts.RepositoryName;
import java.util.List;

/** What one authenticated (or anonymous) caller may do by his own credential. */
public interface Access {
  /**
   * Whether the caller's own credential allows {@code action}; false for the anonymous caller. What
   * anybody may do is a setting of each format, and its edge's to ask for.
   */
  boolean holds(RepositoryName repository, Action action);

  /**
   * Whether another bearer token, issued for the same credential, would allow what this one does
   * not.
   */
  default boolean couldHold(RepositoryName repository, Action action) {
    return false;
  }

  /** Repositories that the caller's own credential manages; a bearer token manages none. */
  default List<RepositoryPattern> managed() {
    return List.of();
  }

  /**
   * Whether the caller's credential belongs to the installation, and not to one repository that it
   * ends with.
   */
  default boolean isOfInstallation() {
    return false;
  }

  /** Whether the caller holds the installation's admin token, or an administrator's token. */
  boolean isAdministrator();

  /** False for the anonymous caller. */
  boolean isAuthenticated();

  /** Who it is, for logs: never a secret. */
  String subject();
}
