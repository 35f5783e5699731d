package dev.countermark.gateway.oci;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;

/** Whose images anybody may pull. */
@FunctionalInterface
interface AnonymousPull {
  /** False also when there is no such repository. */
  boolean allows(RepositoryName repository);

  /** Whether a caller may do something, by his credential or because anybody may. */
  default boolean allows(Access access, RepositoryName repository, Action action) {
    return access.holds(repository, action) || action == Action.PULL && allows(repository);
  }
}
