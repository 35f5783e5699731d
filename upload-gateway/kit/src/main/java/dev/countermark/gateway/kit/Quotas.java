package dev.countermark.gateway.kit;

import dev.countermark.contracts.RepositoryRecord;
import java.util.Optional;

/** How much may lie in a repository. Asked before the body of a push is received. */
@FunctionalInterface
public interface Quotas {
  /** Where there is room for everything. */
  Quotas NONE = (repository, bytes) -> Optional.empty();

  /**
   * Says why one more package would be too much.
   *
   * @param bytes of the package, as far as they are known; less than 1 when they are not
   * @return for people; empty when there is room
   */
  Optional<String> refusal(RepositoryRecord repository, long bytes);
}
