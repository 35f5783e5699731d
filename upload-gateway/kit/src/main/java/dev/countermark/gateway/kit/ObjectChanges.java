package dev.countermark.gateway.kit;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.RepositoryName;

/**
 * Told by formats of objects that they wrote or deleted and that no event speaks of, such as tags:
 * who lists here shall see them at once.
 */
@FunctionalInterface
public interface ObjectChanges {
  /** Where nobody lists. */
  ObjectChanges UNHEARD = (format, repository, key) -> {};

  void changed(Format<?, ?> format, RepositoryName repository, String key);
}
