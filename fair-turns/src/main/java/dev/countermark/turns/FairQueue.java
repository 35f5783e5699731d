package dev.countermark.turns;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What waits for a thread: first come first served among the things of one part of a tenant, while
 * the tenants take turns, and the parts of each of them. Used with a lock of whoever has it.
 */
public final class FairQueue<T> {
  private static final String WHOLE = "";

  /** The tenant whose turn is next comes first, and so do the parts of each. */
  private final Map<String, Map<String, Deque<T>>> byTenant = new LinkedHashMap<>();

  /** Puts a thing at the end of its tenant's. */
  public void add(String tenant, T thing) {
    add(tenant, WHOLE, thing);
  }

  /** Puts a thing at the end of those of a part of its tenant. */
  public void add(String tenant, String part, T thing) {
    byTenant
        .computeIfAbsent(tenant, t -> new LinkedHashMap<>())
        .computeIfAbsent(part, p -> new ArrayDeque<>())
        .add(thing);
  }

  /** Takes a thing of no part out, if it is there. */
  public void remove(String tenant, T thing) {
    Map<String, Deque<T>> parts = byTenant.getOrDefault(tenant, Map.of());
    Deque<T> things = parts.get(WHOLE);
    if (things != null && things.remove(thing) && things.isEmpty()) {
      parts.remove(WHOLE);
      if (parts.isEmpty()) {
        byTenant.remove(tenant);
      }
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
    Map<String, Deque<T>> parts = byTenant.remove(tenant);
    String part = parts.keySet().iterator().next();
    Deque<T> things = parts.remove(part);
    T next = things.remove();
    if (!things.isEmpty()) {
      parts.put(part, things);
    }
    if (!parts.isEmpty()) {
      byTenant.put(tenant, parts);
    }
    return next;
  }

  /** Forgets all. */
  public void clear() {
    byTenant.clear();
  }
}
