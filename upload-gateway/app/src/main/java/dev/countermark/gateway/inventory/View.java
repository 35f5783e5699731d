package dev.countermark.gateway.inventory;

import dev.countermark.contracts.RepositoryRecord;
import java.util.Optional;

/**
 * What is known of a repository.
 *
 * @param repository whose it is; empty when there is none
 * @param isWhole whether the holdings are all that there is
 * @param isSmall whether whoever asks can look himself
 * @param isSure whether somebody looked since this gateway began to listen
 */
record View(
    Optional<RepositoryRecord> repository,
    Holdings holdings,
    boolean isWhole,
    boolean isSmall,
    boolean isSure) {
  static final View NONE = new View(Optional.empty(), Holdings.NONE, false, false, false);

  View with(Holdings now, boolean small) {
    return new View(repository, now, true, small, true);
  }

  View with(Holdings now) {
    return new View(repository, now, isWhole, isSmall, isSure);
  }

  boolean isOf(RepositoryRecord wanted) {
    return repository.filter(r -> r.createdAt().equals(wanted.createdAt())).isPresent();
  }
}
