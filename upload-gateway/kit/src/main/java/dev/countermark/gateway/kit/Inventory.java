package dev.countermark.gateway.kit;

import dev.countermark.blobs.BlobStore.StoredObject;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import java.util.List;
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

  /**
   * What a package is a version of.
   *
   * @param name as in events
   */
  default String packageOf(String name) {
    return name;
  }

  /** What a package has to do with others. */
  default Links links(R record) {
    return Links.NONE;
  }

  /**
   * What a package has to do with others of its name.
   *
   * @param needs digests of what it cannot be without, such as the images of an index
   * @param owner digest of what it belongs to, and goes with, such as the subject of a referrer
   */
  record Links(List<String> needs, Optional<String> owner) {
    public static final Links NONE = new Links(List.of(), Optional.empty());

    public Links {
      needs = List.copyOf(needs);
    }
  }

  /** Digest of what a tag belongs to, and goes with, by its name. */
  default Optional<String> ownerByTag(String tag) {
    return Optional.empty();
  }

  /**
   * Whether the settings let a package be deleted; false also where nobody can delete any.
   *
   * @param tags that point to it
   */
  default boolean isDeletable(S settings, String name, List<String> tags) {
    return false;
  }

  /**
   * Deletes a package as its publisher would, if it may be deleted, and only these tags point to it
   * now.
   *
   * @param by who does it, for records and events
   * @return whether it did
   */
  default boolean delete(RepositoryRecord repository, R record, List<String> tags, String by) {
    return false;
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
