package dev.countermark.gateway.views;

import dev.countermark.contracts.RepositoryName;
import java.util.concurrent.Executor;

/**
 * Threads for reads of the store, which repositories take turns on: many reads of one keep another
 * waiting for no more than those that have begun.
 */
@FunctionalInterface
public interface Readers {
  /** Where the reads of a repository wait for their turns. */
  Executor of(RepositoryName repository);
}
