package dev.countermark.gateway.kit;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.StoredObject;
import dev.countermark.blobs.BlobStore.Version;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.content.Spool;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Takes packages that were received and examined on the local disk: stores their bytes, then
 * creates the record, which gives the identity away exactly once, then tells the signers. A process
 * that dies in between leaves parts for the sweeper, or a record for the reconciler: that says into
 * which repository it was let, so that it is signed in no other.
 *
 * @param <R> the format's record
 */
public final class Ingest<R extends PackageRecord<R>> {
  private final BlobStore store;
  private final Records records;
  private final PartReceiver parts;
  private final UploadEvents events;
  private final Format<R, ?> format;
  private final BinaryOperator<R> following;
  private final Fence fence;

  /**
   * @param following makes of a new record, and the refused one that it replaces, a later
   *     generation than that: never the same bytes
   */
  public Ingest(
      BlobStore store,
      PartReceiver parts,
      UploadEvents events,
      Format<R, ?> format,
      BinaryOperator<R> following) {
    this(store, parts, events, format, following, Fence.open());
  }

  /**
   * @param following as above
   * @param fence keeps packages out of repositories that are deleted
   */
  public Ingest(
      BlobStore store,
      PartReceiver parts,
      UploadEvents events,
      Format<R, ?> format,
      BinaryOperator<R> following,
      Fence fence) {
    this.fence = fence;
    this.store = store;
    this.records = new Records(store);
    this.parts = parts;
    this.events = events;
    this.format = format;
    this.following = following;
  }

  /**
   * A record that is there.
   *
   * @param version to replace it by compare-and-set
   */
  public record Found<R>(R record, Version version) {}

  /**
   * Who pushes where.
   *
   * @param into the repository that let him
   */
  public record Pushed(RepositoryRecord into, String subject) {}

  /**
   * What came of it.
   *
   * @param record ours, or the one that was there first
   * @param ours whether the identity was given away to this request
   */
  public record Taken<R>(R record, boolean ours) {}

  /**
   * The record at a key, which usually holds none. What is left of an earlier repository of the
   * name is taken away.
   *
   * @param into the repository that let the package in
   * @param key of a package record
   */
  public Optional<Found<R>> find(RepositoryRecord into, String key) {
    return store
        .getUnlikely(key)
        .map(o -> new Found<>(read(o), o.version()))
        .filter(found -> !fence.clears(into, format, key, found.record()));
  }

  /**
   * Stores a package. Nobody is told yet: see {@link #announce}.
   *
   * @param by whom, and the repository that let it in
   * @param refused the record that is replaced, if there is one
   * @param record of the stored upload
   */
  public Taken<R> take(
      Pushed by, String key, Spool spool, Optional<Found<R>> refused, Function<Upload, R> record)
      throws IOException {
    List<Part> stored = parts.store(spool);
    RepositoryRecord into = by.into();
    R ours =
        record
            .apply(new Upload(stored, spool.size(), spool.sha256()))
            .into(into)
            .pushedBy(by.subject());
    // When this throws, the record was perhaps written all the same, so the parts stay.
    Optional<R> winner = orNotTold(() -> create(key, ours, refused));
    if (winner.isPresent()) {
      parts.takeBack(stored);
      if (fence.clears(into, format, key, winner.get())) {
        throw changed(key);
      }
      return new Taken<>(winner.get(), false);
    }
    return new Taken<>(ours, true);
  }

  private <T> T orNotTold(Supplier<T> step) {
    try {
      return step.get();
    } catch (Failure.Transient e) {
      events.notTold();
      throw e;
    }
  }

  private Optional<R> create(String key, R record, Optional<Found<R>> refused) {
    boolean ours =
        refused.isEmpty()
            ? store.create(key, Json.write(record)).isPresent()
            : store
                .replace(
                    key,
                    Json.write(following.apply(record, refused.get().record())),
                    refused.get().version())
                .isPresent();
    if (ours) {
      return Optional.empty();
    }
    R winner = store.get(key).map(this::read).orElseThrow(() -> changed(key));
    // A store client that lost the answer to its first try is told that the object exists; the
    // parts of this request are named by its own record only.
    List<Part> mine = record.parts().toList();
    return winner.parts().anyMatch(mine::contains) ? Optional.empty() : Optional.of(winner);
  }

  private static Failure changed(String key) {
    return new Failure.Transient("a record changed meanwhile: " + key, null);
  }

  private R read(StoredObject object) {
    return Json.read(object.content(), format.recordType());
  }

  /**
   * Tells the signers of a package that was taken. When that fails its client is told to try again,
   * and the package is signed all the same, sooner or later: so it is noted that he does not know.
   *
   * @param into as it was when it let the package in
   * @param subject who pushed it
   * @throws DeniedException when the repository was deleted meanwhile; the package is taken back
   */
  public void acknowledge(RepositoryRecord into, String key, R ours, String subject) {
    try {
      orNotTold(
          () -> {
            fence(into, key, ours);
            return ours;
          });
      announce(ours);
    } catch (Failure.Transient e) {
      try {
        records.create(
            unanswered(key, ours), new Unanswered(subject, ours.digest(), ours.acceptedAt()));
      } catch (Failure.Transient away) {
        e.addSuppressed(away); // then his next try finds the identity taken
      }
      throw e;
    }
  }

  /**
   * Who was told to try again.
   *
   * @param digest of what he pushed
   * @param acceptedAt of the record that was made of it
   */
  private record Unanswered(String subject, String digest, Instant acceptedAt) {}

  private String unanswered(String key, R record) {
    return ObjectKeys.unanswered(record.repository(), format.label(), key);
  }

  /** Whether somebody's push was taken, and he was told to try again. */
  public boolean isOwed(String key, R before, String subject) {
    return owed(key, before, subject).isPresent();
  }

  private Optional<Unanswered> owed(String key, R before, String subject) {
    return records
        .read(unanswered(key, before), Unanswered.class)
        .filter(u -> u.subject().equals(subject) && u.acceptedAt().equals(before.acceptedAt()));
  }

  /**
   * Answers what is owed: the same content from the same subject is the try that he was told to
   * make.
   *
   * @return false when this is another push
   */
  public boolean settles(String key, R before, String subject, Spool spool) {
    boolean same =
        owed(key, before, subject)
            .filter(u -> u.digest().equals(Upload.digest(spool.sha256())))
            .isPresent();
    if (same) {
      if (before.state() == State.RECEIVED) {
        announce(before);
      }
      store.delete(unanswered(key, before));
    }
    return same;
  }

  /**
   * Makes sure that a package that was taken lies in the repository that let it in.
   *
   * @param repository as it was then
   */
  private void fence(RepositoryRecord repository, String key, R ours) {
    List<Part> mine = ours.parts().toList();
    fence.require(
        repository,
        () -> {
          records.update(
              key,
              format.recordType(),
              now -> now.filter(r -> r.parts().noneMatch(mine::contains)));
          parts.takeBack(mine);
        });
  }

  /**
   * Whether an identity was that of other content than what was received, in a repository of the
   * same name before this one. What is there again is the same package.
   *
   * @param key of the package's record
   */
  public boolean wasOthers(RepositoryRecord repository, String key, Spool spool) {
    return fence.wasOthers(repository, key, Upload.digest(spool.sha256()));
  }

  /** The same of what a format stores beside packages. */
  public Fence fence() {
    return fence;
  }

  /** Tells the signers, perhaps again: telling twice does no harm. */
  public void announce(R record) {
    events.uploaded(format, record);
  }
}
