package dev.countermark.gateway.kit;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.integrity.Sum;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a format keeps in the store besides package records, as far as sweeper and scrubber must
 * know it. See the sweeper for the order in which it is asked.
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

  /**
   * The hash that the object of a key below the format's root must have, when it is content itself;
   * not asked for package records.
   */
  default Optional<Sum> itself(String key) {
    return Optional.empty();
  }

  /** Whom an object concerns that is no package record, for events. */
  default Optional<About> about(String key) {
    return Optional.empty();
  }

  /**
   * What an object is of.
   *
   * @param name as in events, within the repository
   * @param digest {@code algorithm:hex}
   */
  record About(RepositoryName repository, String name, String digest) {}

  /**
   * Keys of objects that are content of a digest, or would be; there need be none. Bounded.
   *
   * @param digest {@code algorithm:hex}
   */
  default Stream<String> copies(String digest, BlobStore store) {
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
