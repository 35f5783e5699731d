package dev.countermark.gateway.auth;

import dev.countermark.contracts.RepositoryName;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * One entry of what a token may do.
 *
 * @param repositories where; never empty
 * @param scopes what; never empty
 */
public record TokenGrant(List<RepositoryPattern> repositories, Set<Scope> scopes) {
  public TokenGrant {
    repositories = List.copyOf(repositories);
    scopes = Collections.unmodifiableSet(EnumSet.copyOf(scopes));
  }

  boolean allows(RepositoryName repository, Action action) {
    return scopes.stream().anyMatch(s -> s.allows(action))
        && repositories.stream().anyMatch(r -> r.matches(repository));
  }
}
