package dev.countermark.bench.resync;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.bench.Target;

/** A format whose packages are signed anew. Found by {@link java.util.ServiceLoader}. */
public interface ResyncedFormat {
  /** As in addresses and key purposes. */
  String label();

  /**
   * Small packages in a repository that the first of them makes.
   *
   * @param repository {@code owner/name}
   */
  Packages in(Target target, String repository);

  /** Numbered; safe for concurrent use. */
  interface Packages {
    /** Pushes one that nobody has, and waits for nothing else. */
    void push(int number);

    /** What the platform says of one. */
    JsonNode status(int number);
  }
}
