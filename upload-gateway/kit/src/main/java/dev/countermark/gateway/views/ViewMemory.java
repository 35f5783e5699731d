package dev.countermark.gateway.views;

import com.github.benmanes.caffeine.cache.CacheLoader;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.github.benmanes.caffeine.cache.Policy;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Memory for views of packages, of all formats together: what nobody asks for makes room for what
 * is asked for, of whichever format. Unlike memory for bodies nobody waits for it: a view that
 * finds no room is made again for the next who asks.
 */
public final class ViewMemory {
  private static final Duration REVALIDATE = Duration.ofSeconds(30);

  private final Clock clock;
  private final LoadingCache<Slot<?, ?>, Seen<?>> cache;
  private final Policy.Eviction<Slot<?, ?>, Seen<?>> eviction;

  /** Where a view is. Formats use the same keys, so the views that it is one of belong to it. */
  record Slot<K, V>(PackageViews<K, V> views, K key) {
    private Seen<V> read() {
      return views.read(key, views.nothing());
    }

    private Seen<V> readAgain(Seen<?> old) {
      return views.read(key, views.own(old));
    }

    private int weight(Seen<?> seen) {
      return views.weight(views.own(seen));
    }
  }

  /**
   * @param bytes for all views, by what their formats say that they take
   * @param background looks at the store again for views that are some time old; may block
   */
  public ViewMemory(long bytes, Executor background, Clock clock) {
    this.clock = clock;
    this.cache =
        Caffeine.newBuilder()
            .maximumWeight(bytes)
            .<Slot<?, ?>, Seen<?>>weigher(Slot::weight)
            .refreshAfterWrite(REVALIDATE)
            .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
            // Room is made by who needs it: nothing bounds what waits for a thread in the
            // background.
            .executor(Runnable::run)
            .build(
                new CacheLoader<>() {
                  @Override
                  public Seen<?> load(Slot<?, ?> slot) {
                    return slot.read();
                  }

                  @Override
                  public CompletableFuture<Seen<?>> asyncReload(
                      Slot<?, ?> slot, Seen<?> old, Executor unused) {
                    return CompletableFuture.supplyAsync(() -> slot.readAgain(old), background);
                  }
                });
    this.eviction = cache.policy().eviction().orElseThrow();
  }

  /**
   * Drops what there is no room for. Left to itself the cache does so in passing, and falls far
   * behind while many threads add views.
   */
  void makeRoom() {
    cache.cleanUp();
  }

  LoadingCache<Slot<?, ?>, Seen<?>> cache() {
    return cache;
  }

  Clock clock() {
    return clock;
  }

  /** Bytes in all. */
  public long limit() {
    return eviction.getMaximum();
  }

  /** Bytes that views take now. */
  public long used() {
    return eviction.weightedSize().orElseThrow();
  }
}
