package dev.countermark.signing;

import java.util.HashMap;
import java.util.Map;

/**
 * How much of the threads, and of the room for what rests, each tenant has; of all dispatchers of a
 * process together. Guarded by the lock of the {@link SharedThreads}.
 *
 * <p>A tenant may never take all threads, and while its tries fail it may take fewer and fewer,
 * down to one: its tries may be slow as well. With every one that succeeds it may take more again.
 */
final class Bulkheads {
  /** A quarter of the room for what rests is the most that one tenant gets. */
  private static final int TENANTS_SHARE = 4;

  private static final class Tenant {
    int jobs;
    int running;
    int allowed;
    long resting;
  }

  private final int most;
  private final long room;
  private final Map<String, Tenant> tenants = new HashMap<>();
  private long resting;

  /**
   * @param threads of all tenants together
   * @param room for what rests, bytes
   */
  Bulkheads(int threads, long room) {
    this.most = threads - threads / 4;
    this.room = room;
  }

  /** A job of a tenant was taken over; remembers the tenant until as many have left. */
  void join(String name) {
    tenants.computeIfAbsent(
            name,
            n -> {
              Tenant tenant = new Tenant();
              tenant.allowed = most;
              return tenant;
            })
        .jobs++;
  }

  void leave(String name) {
    Tenant tenant = tenants.get(name);
    if (--tenant.jobs == 0) {
      tenants.remove(name);
    }
  }

  /** Whether another try of a tenant may run. */
  boolean mayRun(String name) {
    Tenant tenant = tenants.get(name);
    return tenant.running < tenant.allowed;
  }

  void begins(String name) {
    tenants.get(name).running++;
  }

  void ended(String name) {
    tenants.get(name).running--;
  }

  void succeeded(String name) {
    Tenant tenant = tenants.get(name);
    tenant.allowed = Math.min(most, tenant.allowed * 2);
  }

  void failed(String name) {
    Tenant tenant = tenants.get(name);
    tenant.allowed = Math.max(1, tenant.allowed / 2);
  }

  /**
   * Takes room for a job that rests.
   *
   * @return false when there is none, of all or of this tenant
   */
  boolean rest(String name, long bytes) {
    Tenant tenant = tenants.get(name);
    if (bytes > room - resting || bytes > room / TENANTS_SHARE - tenant.resting) {
      return false;
    }
    resting += bytes;
    tenant.resting += bytes;
    return true;
  }

  void rested(String name, long bytes) {
    resting -= bytes;
    tenants.get(name).resting -= bytes;
  }

  /** Bytes of all that rests. */
  long resting() {
    return resting;
  }

  int remembered() {
    return tenants.size();
  }
}
