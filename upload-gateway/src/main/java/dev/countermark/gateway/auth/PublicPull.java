package dev.countermark.gateway.auth;

import dev.countermark.contracts.RepositoryName;

/** Which repositories anybody may pull from. */
@FunctionalInterface
public interface PublicPull {
  /** False also when there is no such repository. */
  boolean allows(RepositoryName repository);
}
