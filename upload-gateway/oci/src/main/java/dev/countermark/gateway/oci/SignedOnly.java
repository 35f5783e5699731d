package dev.countermark.gateway.oci;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciRecords.Visibility;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;

/** Whose images are shown when they are signed, and not before, to all but those who push. */
@FunctionalInterface
interface SignedOnly {
  /** False also when there is no such repository. */
  boolean isRule(RepositoryName repository);

  /** Whether a caller sees only what is signed. */
  default boolean appliesTo(Access access, RepositoryName repository) {
    return isRule(repository) && !access.holds(repository, Action.PUSH);
  }

  static boolean isRule(RepositoryRecord repository) {
    return repository.settings(new OciFormat()).visibility() == Visibility.AFTER_SIGNING;
  }

  /** The same, of a repository that was read already. */
  static boolean appliesTo(Access access, RepositoryRecord repository) {
    return isRule(repository) && !access.holds(repository.repository(), Action.PUSH);
  }
}
