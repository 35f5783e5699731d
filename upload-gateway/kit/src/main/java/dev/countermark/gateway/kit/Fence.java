package dev.countermark.gateway.kit;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.repositories.Tombstone;
import java.util.Optional;

/**
 * Keeps repositories apart that have one name, one after the other. A repository is deleted record
 * first: whoever looks at the record after he wrote, and finds that it is not the one that let him
 * write, takes back what he wrote; whoever wrote before that is found by the deletion.
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
                    r.read(ObjectKeys.repository(seen.repository()), RepositoryRecord.class)
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
