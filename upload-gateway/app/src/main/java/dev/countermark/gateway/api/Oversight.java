package dev.countermark.gateway.api;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;
import java.time.Instant;
import java.util.Optional;

/** Who may see what has happened, and have it done again. */
final class Oversight {
  private final RepositoryAdministration administration;

  Oversight(RepositoryAdministration administration) {
    this.administration = administration;
  }

  /**
   * Whoever manages a repository sees what happened in it, though not what happened in an earlier
   * one of its name; administrators see everything.
   *
   * @param repository the only one that it is about, if there is one
   * @param at when it happened
   */
  boolean maySee(Access caller, Optional<RepositoryName> repository, Instant at) {
    return caller.isAdministrator()
        || repository
            .filter(r -> caller.holds(r, Action.ADMIN))
            .flatMap(administration::find)
            .filter(r -> !at.isBefore(r.createdAt()))
            .isPresent();
  }

  /** Whether he may begin something of one repository, or of all there are. */
  static boolean mayBegin(Access caller, Optional<RepositoryName> repository) {
    return repository.map(r -> caller.holds(r, Action.ADMIN)).orElseGet(caller::isAdministrator);
  }
}
