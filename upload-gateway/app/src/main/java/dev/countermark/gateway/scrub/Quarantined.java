package dev.countermark.gateway.scrub;

import dev.countermark.blobs.BlobStore;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.integrity.Mark;
import dev.countermark.gateway.integrity.Quarantine;
import dev.countermark.gateway.integrity.Sum;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Looks after what is marked, some marks at a time, again and again: an operator may have put it
 * right, a client may have brought it again, or a good copy may have come.
 */
final class Quarantined {
  /** Marks that are looked at in one go. */
  private static final int PAGE = 50;

  /** What is gone that long, and named by nobody who was found to need it, is not missed. */
  private static final Duration MISSED = Duration.ofDays(1);

  private final BlobStore store;
  private final Quarantine quarantine;
  private final Integrity integrity;
  private final Finds finds;
  private final Pace pace;
  private final Clock clock;
  private String after = "";

  Quarantined(
      BlobStore store,
      Quarantine quarantine,
      Integrity integrity,
      Finds finds,
      Pace pace,
      Clock clock) {
    this.store = store;
    this.quarantine = quarantine;
    this.integrity = integrity;
    this.finds = finds;
    this.pace = pace;
    this.clock = clock;
  }

  /**
   * @param most bytes of content after which it stops
   */
  void look(long most) {
    quarantine.refresh();
    List<String> keys = quarantine.page(after, PAGE);
    long bytes = 0;
    for (String key : keys) {
      after = key;
      bytes += look(key);
      if (bytes >= most) {
        return;
      }
    }
    after = keys.size() < PAGE ? "" : after;
  }

  /** Bytes that were read. */
  private long look(String key) {
    Optional<Mark> mark = finds.mark(key);
    if (mark.isEmpty()) {
      quarantine.lift(key); // gone, or damaged itself: then what it is about is found again
      return 0;
    }
    finds.tell(mark.get());
    Optional<Sum> sum = finds.sumOf(key);
    if (sum.isPresent()) {
      return content(mark.get(), sum.get());
    }
    if (store.head(key).isEmpty() || isRight(mark.get())) {
      finds.right(key);
    }
    return 0;
  }

  /** Whether nothing that is damaged is needed any more. */
  private boolean isRight(Mark mark) {
    return !finds.names(mark.key(), mark.damaged())
        || mark.damaged().stream()
            .noneMatch(
                key ->
                    key.equals(mark.key())
                        ? !finds.isReadable(key)
                        : quarantine.holds(key) || store.head(key).isEmpty());
  }

  private long content(Mark mark, Sum sum) {
    String key = mark.key();
    long size = store.head(key).map(BlobStore.ObjectInfo::size).orElse(0L);
    pace.take(Math.max(size, ContentScrubber.EACH));
    Integrity.State state = integrity.compare(key, sum, size);
    if (state == Integrity.State.RIGHT || finds.repaired(key, sum)) {
      finds.right(key);
    } else if (state == Integrity.State.MISSING
        && mark.foundAt().plus(MISSED).isBefore(clock.instant())) {
      quarantine.lift(key);
    }
    return size;
  }
}
