package dev.countermark.gateway.quota;

import dev.countermark.contracts.RepositoryRecord;
import java.util.Optional;

/**
 * How much may lie in a repository, of all formats together; what is absent has no bound.
 *
 * @param bytes of packages as they were pushed
 * @param packages that are no signatures or attestations
 */
public record Quota(Optional<Long> bytes, Optional<Long> packages) {
  /** In the record of the repository, beside the settings of formats. */
  private static final String MEMBER = "quota";

  public Quota {
    bytes = bytes == null ? Optional.empty() : bytes;
    packages = packages == null ? Optional.empty() : packages;
  }

  public static Quota of(RepositoryRecord repository) {
    return repository
        .member(MEMBER, Quota.class)
        .orElseGet(() -> new Quota(Optional.empty(), Optional.empty()));
  }

  /** The same repository with another quota. */
  public RepositoryRecord in(RepositoryRecord repository) {
    return repository.with(MEMBER, this);
  }

  boolean isNone() {
    return bytes.isEmpty() && packages.isEmpty();
  }
}
