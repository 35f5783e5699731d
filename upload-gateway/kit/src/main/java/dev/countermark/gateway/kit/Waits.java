package dev.countermark.gateway.kit;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.WaitingNote;
import java.time.Instant;
import java.util.Optional;

/** What signers wrote down of packages that they could not sign so far. */
public final class Waits {
  private final Records records;

  public Waits(Records records) {
    this.records = records;
  }

  /**
   * A wait as it is told.
   *
   * @param code stays the same from release to release
   * @param detail the same for people
   * @param tries made so far
   * @param since when the first of them failed
   * @param at when the last of them failed
   * @param nextTry null when there will be none before somebody asks for it
   */
  public record Waiting(
      Obstacle code, String detail, int tries, Instant since, Instant at, Instant nextTry) {
    static Waiting of(WaitingNote note) {
      return new Waiting(
          note.obstacle(),
          note.obstacle().text(),
          note.tries(),
          note.since(),
          note.at(),
          note.nextTry().orElse(null));
    }
  }

  /** Why a package is not signed yet; empty when it is, or when nothing is in its way so far. */
  public <R extends PackageRecord<R>> Optional<Waiting> of(Format<R, ?> format, R record) {
    return note(format, record).map(Waiting::of);
  }

  /** The same as it is stored. */
  public <R extends PackageRecord<R>> Optional<WaitingNote> note(Format<R, ?> format, R record) {
    if (record.state() != State.RECEIVED) {
      return Optional.empty();
    }
    try {
      return format
          .recordKey(record.repository(), record.packageName(), record.digest())
          .map(key -> ObjectKeys.waiting(record.repository(), format.label(), key))
          .flatMap(key -> records.read(key, WaitingNote.class))
          // An earlier push of the same name may have left one.
          .filter(note -> note.digest().equals(record.digest()));
    } catch (MalformedJsonException e) {
      // Of a later release: what it says is not known here.
      return Optional.empty();
    }
  }
}
