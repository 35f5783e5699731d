package dev.countermark.gateway.kit;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Part;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a format keeps in the store besides package records, as far as the sweeper must know it. See
 * there for the order in which it is asked.
 */
public interface Marks {
  /** Package records only. */
  Marks NONE = new Marks() {};

  /**
   * Content that the object of a key below the format's root names; not asked for package records.
   */
  default Stream<Part> parts(String key, Records records) {
    return Stream.empty();
  }

  /** Prefix of objects that belong to uploads under way, which live as long as the grace. */
  default Optional<String> sessions() {
    return Optional.empty();
  }

  /** Content that an object below {@link #sessions} names. */
  default Stream<Part> sessionParts(String key, Records records) {
    return Stream.empty();
  }

  /**
   * Deletes an object below the format's root that belongs to nothing any more, if it is one.
   *
   * @param entry older than the grace
   * @return whether it was deleted
   */
  default boolean sweepOrphan(BlobStore.Entry entry, BlobStore store, Records records) {
    return false;
  }
}
