package dev.countermark.signer.service;

import dev.countermark.contracts.RepositoryName;
import java.util.Optional;

/** The grammar of a format's names: they become object keys, whoever wrote the event. */
@FunctionalInterface
public interface NameRules {
  /** Why the coordinates are none of this format; empty when they are. */
  Optional<String> objection(RepositoryName repository, String name, String digest);
}
