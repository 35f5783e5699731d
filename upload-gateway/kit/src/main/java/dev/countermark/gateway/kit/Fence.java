package dev.countermark.gateway.kit;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.repositories.Tombstone;
import java.util.Optional;

/**
 * Keeps repositories apart that have one name, one after the other. A repository is deleted record
 * first: whoever looks at the record after he wrote, and finds that it is not the one that let him
 * write, takes back what he wrote; whoever wrote before that is found by the deletion. Who ends
 * before he looks leaves a record that says into which repository it was let: it is nobody's in the
 * next one, and taken away by whoever comes upon it.
 */
public final class Fence {
  private final Optional<Records> records;

  /** Whether there was a repository before one. */
  private final Cache<RepositoryRecord, Boolean> preceded =
      Caffeine.newBuilder().maximumSize(10_000).build();

  public Fence(BlobStore store) {
    this.records = Optional.of(new Records(store));
  }

  private Fence() {
    this.records = Optional.empty();
  }

  /** Where no repository is ever deleted. */
  public static Fence open() {
    return new Fence();
  }

  /**
   * Called after something was written.
   *
   * @param seen the repository as it was when the caller was let in
   * @param undo takes back what was written
   * @throws DeniedException when it was deleted meanwhile, be it made again or not
   */
  public void require(RepositoryRecord seen, Runnable undo) {
    boolean same =
        records
            .map(
                r ->
                    now(r, seen.repository())
                        .filter(now -> now.createdAt().equals(seen.createdAt()))
                        .isPresent())
            .orElse(true);
    if (!same) {
      undo.run();
      throw new DeniedException(
          DeniedException.Reason.UNKNOWN_REPOSITORY,
          "the repository " + seen.repository() + " was deleted meanwhile");
    }
  }

  private static Optional<RepositoryRecord> now(Records records, RepositoryName name) {
    return records.read(ObjectKeys.repository(name), RepositoryRecord.class);
  }

  /**
   * Called with a record that is in the way of a push. One that was let into another repository of
   * the name is taken away; its content is the sweeper's.
   *
   * @param seen the repository as it was when the caller was let in
   * @param key of {@code found}
   * @return whether it was taken away
   * @throws DeniedException when it is the caller's repository that there is no more
   */
  public <R extends PackageRecord<R>> boolean clears(
      RepositoryRecord seen, Format<R, ?> format, String key, R found) {
    if (records.isEmpty() || found.isOf(seen)) {
      return false;
    }
    require(seen, () -> {});
    clear(records.get(), seen, format, key);
    return true;
  }

  /**
   * Called with a record that was found with nobody asking for it. One that was let into another
   * repository of the name is taken away; its content is the sweeper's.
   *
   * @param key of {@code found}
   * @return whether it is one of the repository that there is now
   */
  public <R extends PackageRecord<R>> boolean holds(Format<R, ?> format, String key, R found) {
    if (records.isEmpty()) {
      return true;
    }
    // Read after the record: whatever is written late is written when its repository is gone.
    Optional<RepositoryRecord> now = now(records.get(), found.repository());
    boolean held = now.filter(found::isOf).isPresent();
    if (!held) {
      now.ifPresent(other -> clear(records.get(), other, format, key));
    }
    return held;
  }

  private static <R extends PackageRecord<R>> void clear(
      Records records, RepositoryRecord repository, Format<R, ?> format, String key) {
    records.update(key, format.recordType(), now -> now.filter(r -> r.isOf(repository)));
  }

  /**
   * Whether a reader may be told of a record.
   *
   * @param seen the repository as it was when the reader was let in
   */
  public boolean shows(RepositoryRecord seen, PackageRecord<?> found) {
    // What is remembered of the repository may be older than the record: rarely another look.
    return found.isOf(seen)
        || records.flatMap(r -> now(r, found.repository())).filter(found::isOf).isPresent();
  }

  /**
   * Whether the identity of a package was that of other content, in a repository of the same name
   * that was deleted.
   *
   * @param key of the package's record
   * @param digest of what is to have the identity
   */
  public boolean wasOthers(RepositoryRecord repository, String key, String digest) {
    return records
        .filter(r -> hasPredecessor(r, repository))
        .flatMap(r -> r.read(ObjectKeys.tombstone(key), Tombstone.class))
        .filter(tombstone -> !tombstone.digest().equals(digest))
        .isPresent();
  }

  /** That never changes: notes of deletions stay. */
  private boolean hasPredecessor(Records notes, RepositoryRecord repository) {
    RepositoryRecord life =
        new RepositoryRecord(0, repository.repository(), repository.createdAt());
    return preceded.get(
        life, l -> notes.read(ObjectKeys.deletion(l.repository()), JsonNode.class).isPresent());
  }
}
