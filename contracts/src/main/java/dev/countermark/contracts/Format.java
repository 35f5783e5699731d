package dev.countermark.contracts;

import java.util.Optional;
import java.util.Set;

/**
 * What the platform must know of a format to carry its packages. Found by {@link
 * java.util.ServiceLoader}; a value without state.
 *
 * <p>Everything of a format lies below {@code label/owner/name/} in the packages bucket.
 *
 * @param <R> its package records
 * @param <S> its settings of a repository; absent members mean defaults
 */
public interface Format<R extends PackageRecord<R>, S> {
  /** As in topics, addresses, metrics and key purposes: {@code [a-z][a-z0-9]{1,15}}. */
  String label();

  Class<R> recordType();

  /** Keys below which the package records of a repository lie, perhaps among others. */
  String records(RepositoryName repository);

  /**
   * A key that is not before this one and behind which whoever looks for records may go on: there
   * is none between them.
   *
   * @param key of any object below {@link #root}
   */
  default String nextRecords(String key) {
    return key;
  }

  /** Whether a key is that of a package record. */
  boolean isRecord(String key);

  /**
   * The key of a package's record.
   *
   * @param name as in events
   * @param digest {@code algorithm:hex}
   * @return empty when name or digest cannot be one of this format and repository: both may come
   *     from strangers and become parts of keys
   */
  Optional<String> recordKey(RepositoryName repository, String name, String digest);

  /** Package URL of a package. */
  String purl(RepositoryName repository, String name, String digest);

  /**
   * The way back from {@link #purl}.
   *
   * @return empty when the URL names no version of a package of this format
   */
  Optional<StatusName> named(PackageUrl url);

  /**
   * What a package's status is found by.
   *
   * @param name as it follows {@code /owner/name/status/label/}
   */
  record StatusName(RepositoryName repository, String name) {}

  /** Kafka key of events about a package: their order is kept. */
  default String eventKey(RepositoryName repository, String name, String digest) {
    return label() + "/" + repository + "/" + name;
  }

  /** Media type of what was pushed, for events. */
  String mediaType(R record);

  /** The forms of signature in force of a package, where a format has more than one. */
  default Set<String> signatureForms(R record) {
    return record.inForce().isPresent() ? Set.of("signature") : Set.of();
  }

  Class<S> settings();

  S defaults();

  /** What the keys of repositories are like that sign its packages. */
  KeyTerms key();

  /**
   * First path segments that its clients insist on; no repository's owner can be named so, or it
   * would hide them.
   */
  default Set<String> rootSegments() {
    return Set.of();
  }

  /** Everything of all repositories. */
  default String root() {
    return label() + "/";
  }

  /** Everything of a repository. */
  default String prefix(RepositoryName repository) {
    return root() + repository + "/";
  }

  /** Topic on which uploads are announced. */
  default String uploads() {
    return Topics.uploads(label());
  }

  /** Topic on which resyncs are requested. */
  default String resyncs() {
    return Topics.resyncs(label());
  }

  default String purl(R record) {
    return purl(record.repository(), record.packageName(), record.digest());
  }

  default String eventKey(R record) {
    return eventKey(record.repository(), record.packageName(), record.digest());
  }
}
