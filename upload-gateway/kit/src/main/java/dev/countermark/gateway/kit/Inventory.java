package dev.countermark.gateway.kit;

import dev.countermark.blobs.BlobStore.StoredObject;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.State;
import java.util.Optional;

/**
 * What a format tells of its packages to whoever lists them.
 *
 * @param <R> its package records
 * @param <S> its settings of a repository
 */
public interface Inventory<R extends PackageRecord<R>, S> {
  /** Bytes of a package as it was pushed. */
  default long size(R record) {
    return record.parts().mapToLong(Part::size).sum();
  }

  /** Whether whoever may read gets packages in a state; others are nobody's but their pushers'. */
  default boolean isServed(S settings, State state) {
    return state == State.AVAILABLE || state == State.EXEMPT;
  }

  /** Whether packages have tags besides their names, which come, go and move. */
  default boolean hasTags() {
    return false;
  }

  /** Whether an object below the format's root is a tag; never a package record. */
  default boolean isTag(String key) {
    return false;
  }

  /** Reads one; empty when it points nowhere. */
  default Optional<Tag> tag(String key, StoredObject object) {
    return Optional.empty();
  }

  /**
   * A tag.
   *
   * @param packageKey key of the record that it points to
   */
  record Tag(String name, String packageKey) {}

  /**
   * Where a listing goes on after an object that is neither package nor tag: behind those of its
   * kind, which may be many more.
   *
   * @param key of such an object
   */
  default String behind(String key) {
    return key;
  }
}
