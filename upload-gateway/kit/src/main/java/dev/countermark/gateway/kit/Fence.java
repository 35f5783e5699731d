package dev.countermark.gateway.kit;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryRecord;
import java.util.Optional;

/**
 * Keeps what is written into a repository from outliving it. A repository is deleted record first:
 * whoever looks at the record after he wrote, and finds that it is not the one that let him write,
 * takes back what he wrote; whoever wrote before that is found by the deletion.
 */
public final class Fence {
  private final Optional<Records> records;

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
}
