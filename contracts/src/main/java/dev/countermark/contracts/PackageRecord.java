package dev.countermark.contracts;

import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the records of all packages have in common. A record is one JSON object that only ever
 * changes by an atomic compare-and-set; its generation grows by one with each change, so that it
 * never returns to earlier bytes (an ETag is a content hash).
 *
 * @param <R> the format's record
 */
public interface PackageRecord<R extends PackageRecord<R>> extends Checksummed {
  long generation();

  RepositoryName repository();

  /**
   * When the repository was made that it was let into: one that is deleted and made again under the
   * same name is another one. Absent in records of earlier releases.
   */
  Optional<Instant> repositoryCreatedAt();

  /** The same, let into a repository. */
  R into(RepositoryRecord repository);

  /** Who pushed it, as logs and events name him; absent in records of earlier releases. */
  Optional<String> pushedBy();

  /** The same, pushed by somebody. */
  R pushedBy(String subject);

  /** Who hid, showed or deleted it last, if anybody did. */
  default Optional<String> changedBy() {
    return Optional.empty();
  }

  /**
   * Whether it was let into that very repository; nobody knows it of a record that does not say.
   */
  default boolean isOf(RepositoryRecord repository) {
    return repositoryCreatedAt().filter(made -> !made.equals(repository.createdAt())).isEmpty();
  }

  /** The package's name as in events, within the repository; with its version where it has one. */
  String packageName();

  /** {@code algorithm:hex} of what was pushed. */
  String digest();

  /** When it was pushed. */
  Instant acceptedAt();

  State state();

  /** Why it was refused, if it was. */
  Optional<RefusalNote> refusal();

  /** Whether its publisher took it back: it is never signed. */
  default boolean isTakenBack() {
    return refusal().filter(note -> note.code() == Refusal.CANCELLED).isPresent();
  }

  /** Whether it is a signature or attestation itself, or whatever else is exempt for good. */
  default boolean neverSigned() {
    return state() == State.EXEMPT;
  }

  /** The next generation, refused. */
  R refused(RefusalNote note);

  /**
   * Whether somebody may have it, so that its identity is never given to other content, whoever has
   * the repository's name later. Never where a digest is the identity.
   */
  default boolean isGivenAway() {
    return false;
  }

  /** All content objects that it names; the sweeper deletes what no record names. */
  Stream<Part> parts();

  /** Absent until signed. */
  Optional<InForce> inForce();
}
