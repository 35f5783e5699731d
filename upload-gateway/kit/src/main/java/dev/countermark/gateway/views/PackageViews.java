package dev.countermark.gateway.views;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.views.ViewMemory.Slot;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.UnaryOperator;

/**
 * Views of one format's packages, made when somebody asks for them and remembered while there is
 * room. One thread at a time makes a view, and those who ask meanwhile wait for it. An event brings
 * a view up to date; an event that got lost is made up for by a look at the store, in the
 * background, now and then.
 *
 * @param <K> names a view; a value
 * @param <V> a view; immutable
 */
public final class PackageViews<K, V> {
  /** How views of a format are made. */
  public interface Source<K, V> {
    RepositoryName repository(K key);

    /** What is seen where there is no such package. */
    V nothing();

    /**
     * Makes a view from the store.
     *
     * @param before what was seen the last time, {@link #nothing} the first time
     */
    V read(K key, Seen<V> before);

    /** Bytes in memory, roughly. */
    int weight(V view);
  }

  private final ViewMemory memory;
  private final Source<K, V> source;
  private final Seen<V> nothing;

  /** How many threads ask for a view that is not remembered: it may be being made. */
  private final ConcurrentMap<Slot<K, V>, Integer> asked = new ConcurrentHashMap<>();

  public PackageViews(ViewMemory memory, Source<K, V> source) {
    this.memory = memory;
    this.source = source;
    this.nothing = new Seen<>(Instant.MIN, source.nothing());
  }

  Seen<V> nothing() {
    return nothing;
  }

  Seen<V> read(K key, Seen<V> before) {
    Instant readAt = memory.clock().instant();
    return new Seen<>(readAt, source.read(key, before));
  }

  int weight(Seen<V> seen) {
    return source.weight(seen.view());
  }

  /** What is in a slot of these views was put there by them. */
  @SuppressWarnings("unchecked")
  Seen<V> own(Seen<?> seen) {
    return (Seen<V>) seen;
  }

  private Slot<K, V> slot(K key) {
    return new Slot<>(this, key);
  }

  /** A view; it is made if need be. What fails is tried again for the next who asks. */
  public V find(K key) {
    Slot<K, V> slot = slot(key);
    Seen<?> seen = memory.cache().getIfPresent(slot);
    return own(seen == null ? made(slot) : seen).view();
  }

  private Seen<?> made(Slot<K, V> slot) {
    asked.merge(slot, 1, Integer::sum);
    try {
      Seen<?> seen = memory.cache().get(slot);
      memory.makeRoom();
      return seen;
    } finally {
      asked.computeIfPresent(slot, (s, threads) -> threads == 1 ? null : threads - 1);
    }
  }

  /**
   * What is remembered of a package, whatever its age; nothing, seen never, where nothing is.
   * Nobody is asked, and nothing is remembered longer for it.
   */
  public Seen<V> remembered(K key) {
    Seen<?> seen = memory.cache().policy().getIfPresentQuietly(slot(key));
    return seen == null ? nothing : own(seen);
  }

  /**
   * Like {@link #find}, for who keeps what is remembered up to date himself: the store is asked
   * only for what is not remembered.
   */
  public V kept(K key) {
    Seen<V> seen = remembered(key);
    return seen == nothing ? find(key) : seen.view();
  }

  public boolean isRemembered(K key) {
    return remembered(key) != nothing;
  }

  /**
   * Brings a view up to date, if it is remembered. If it is being made this waits: it may have been
   * read before the change.
   */
  public void changed(K key, UnaryOperator<V> change) {
    // Not computeIfPresent, which does not see what is being made.
    memory
        .cache()
        .asMap()
        .compute(
            slot(key),
            (slot, seen) ->
                seen == null ? null : new Seen<>(seen.readAt(), change.apply(own(seen).view())));
  }

  /**
   * Remembers what a caller has read himself, unless it changed meanwhile: that was read later, or
   * is read again. Of what was not remembered before, the caller has to know himself that it did
   * not change since.
   *
   * @param before what was {@link #remembered} when he began
   */
  public void remember(K key, Seen<V> before, Seen<V> now) {
    Slot<K, V> slot = slot(key);
    if (before == nothing) {
      memory.cache().asMap().putIfAbsent(slot, now);
    } else if (!memory.cache().asMap().replace(slot, before, now)) {
      memory.cache().asMap().computeIfPresent(slot, (s, other) -> read(key, own(other)));
    }
  }

  /** Drops all views of a repository, also those that are being made. */
  public void forget(RepositoryName repository) {
    memory.cache().asMap().keySet().removeIf(slot -> isOf(slot, repository));
    asked.keySet().stream()
        .filter(slot -> isOf(slot, repository))
        .forEach(slot -> memory.cache().asMap().compute(slot, (s, seen) -> null));
  }

  private boolean isOf(Slot<?, ?> slot, RepositoryName repository) {
    return slot.views() == this && source.repository(keyOf(slot)).equals(repository);
  }

  /** The key of a slot of these views. */
  @SuppressWarnings("unchecked")
  private K keyOf(Slot<?, ?> slot) {
    return ((Slot<K, V>) slot).key();
  }
}
