package dev.countermark.gateway.integrity;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * What is known to be damaged. Each mark is an object in the store; which ones there are is
 * remembered, so that nobody asks the store for what is almost never there. Another gateway's mark
 * is seen at the next {@link #refresh}.
 */
public final class Quarantine {
  private static final int PAGE = 1_000;

  /** Marks that are remembered; of more the store is asked. */
  private static final int MOST = 20_000;

  private final BlobStore store;
  private final Records records;
  private final Clock clock;
  private final Consumer<String> changed;
  private final Set<String> held = ConcurrentHashMap.newKeySet();
  private volatile boolean complete = true;

  /**
   * @param changed told of each key that comes or goes, after it did
   */
  public Quarantine(BlobStore store, Clock clock, Consumer<String> changed) {
    this.store = store;
    this.records = new Records(store);
    this.clock = clock;
    this.changed = changed;
  }

  /** Whether an object, or what it names, is known to be damaged. */
  public boolean holds(String key) {
    return held.contains(key) || !complete && store.head(ObjectKeys.quarantine(key)).isPresent();
  }

  /** Marks that are remembered. */
  public int size() {
    return held.size();
  }

  public Optional<Mark> find(String key) {
    return records.read(ObjectKeys.quarantine(key), Mark.class);
  }

  /**
   * Keeps an object from being handed out.
   *
   * @param damaged keys of what is damaged: the object itself, or content that it names
   */
  public void hold(String key, Collection<String> damaged) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    records.update(
        ObjectKeys.quarantine(key),
        Mark.class,
        old -> {
          Set<String> all = new TreeSet<>(damaged);
          old.ifPresent(mark -> all.addAll(mark.damaged()));
          List<String> wanted = List.copyOf(all);
          return Optional.of(
              old.map(mark -> mark.damaged().equals(wanted) ? mark : mark.with(wanted))
                  .orElseGet(() -> new Mark(1, key, wanted, now, false)));
        });
    if (held.add(key)) {
      changed.accept(key);
    }
  }

  /** Notes that everybody was told of a mark. */
  public void told(String key) {
    records.update(
        ObjectKeys.quarantine(key),
        Mark.class,
        old -> old.map(mark -> mark.told() ? mark : mark.asTold()));
  }

  /** Lets an object be handed out again. */
  public void lift(String key) {
    store.delete(ObjectKeys.quarantine(key));
    if (held.remove(key)) {
      changed.accept(key);
    }
  }

  /** Sees what other gateways found. */
  public void refresh() {
    Set<String> before = Set.copyOf(held);
    Set<String> now = new HashSet<>();
    boolean more = each("", key -> now.size() < MOST && now.add(key));
    now.stream().filter(held::add).forEach(changed);
    // What this gateway marked meanwhile was not there before.
    before.stream().filter(key -> !now.contains(key) && held.remove(key)).forEach(changed);
    complete = !more;
  }

  /** Visits the keys of one page of marks; false when there is none after it. */
  private boolean each(String startAfter, java.util.function.Predicate<String> action) {
    String after = startAfter;
    BlobStore.Page page;
    do {
      page = store.list(ObjectKeys.QUARANTINE, after, PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        if (!action.test(after.substring(ObjectKeys.QUARANTINE.length()))) {
          return true;
        }
      }
    } while (page.more());
    return false;
  }

  /**
   * The first marks after one, in order of their keys.
   *
   * @param after empty for the beginning
   * @param limit 1 to 1,000
   */
  public List<String> page(String after, int limit) {
    String from = after.isEmpty() ? "" : ObjectKeys.quarantine(after);
    return store.list(ObjectKeys.QUARANTINE, from, limit).entries().stream()
        .map(entry -> entry.key().substring(ObjectKeys.QUARANTINE.length()))
        .toList();
  }
}
