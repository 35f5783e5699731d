package dev.countermark.gateway.repositories;

import dev.countermark.contracts.RepositoryName;
import java.time.Instant;

/**
 * That a repository was or is being deleted. Stays for good: whoever makes it again first deletes
 * what was left of it.
 *
 * @param holder id of who is at it
 * @param heldUntil from then on somebody else may go on with it
 */
record Deletion(
    long generation,
    RepositoryName repository,
    Instant deletedAt,
    String holder,
    Instant heldUntil) {
  Deletion heldUntil(Instant until) {
    return new Deletion(generation + 1, repository, deletedAt, holder, until);
  }
}
