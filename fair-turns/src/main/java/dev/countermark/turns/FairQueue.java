package dev.countermark.turns;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What waits for a thread: first come first served among the things of one tenant, while the
 * tenants take turns. Used with a lock of whoever has it.
 */
public final class FairQueue<T> {
  /** The tenant whose turn is next comes first. */
  private final Map<String, Deque<T>> byTenant = new LinkedHashMap<>();

  /** Puts a thing at the end of its tenant's. */
  public void add(String tenant, T thing) {
    byTenant.computeIfAbsent(tenant, t -> new ArrayDeque<>()).add(thing);
  }

  /** Takes a thing out, if it is there. */
  public void remove(String tenant, T thing) {
    Deque<T> things = byTenant.get(tenant);
    if (things != null && things.remove(thing) && things.isEmpty()) {
      byTenant.remove(tenant);
    }
  }

  /** Whether there is something of a tenant that may. */
  public boolean has(Predicate<String> may) {
    return byTenant.keySet().stream().anyMatch(may);
  }

  /**
   * What is next.
   *
   * @throws java.util.NoSuchElementException when there is nothing of a tenant that may
   */
  public T next(Predicate<String> may) {
    String tenant = byTenant.keySet().stream().filter(may).findFirst().orElseThrow();
    Deque<T> things = byTenant.remove(tenant);
    T next = things.remove();
    if (!things.isEmpty()) {
      byTenant.put(tenant, things);
    }
    return next;
  }

  /** Forgets all. */
  public void clear() {
    byTenant.clear();
  }
}
