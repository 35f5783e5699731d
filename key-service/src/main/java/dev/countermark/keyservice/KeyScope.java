package dev.countermark.keyservice;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.Purpose;

/** What a key belongs to: one purpose of one repository. */
public record KeyScope(RepositoryName repository, Purpose purpose) {
  /** {@code owner/name/purpose}. */
  @Override
  public String toString() {
    return repository + "/" + purpose.label();
  }
}
