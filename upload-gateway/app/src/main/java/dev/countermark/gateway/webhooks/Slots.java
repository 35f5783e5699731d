package dev.countermark.gateway.webhooks;

import dev.countermark.contracts.RepositoryName;
import java.util.HashMap;
import java.util.Map;

/** How much may be under way at a time, of all repositories and of one. */
final class Slots {
  private final int most;
  private final int mostOfOne;
  private final Map<RepositoryName, Integer> taken = new HashMap<>();
  private int all;

  Slots(int most, int mostOfOne) {
    this.most = most;
    this.mostOfOne = mostOfOne;
  }

  /** Whether there is room; what was taken is to be given back. */
  synchronized boolean take(RepositoryName repository) {
    if (all == most || taken.getOrDefault(repository, 0) == mostOfOne) {
      return false;
    }
    all++;
    taken.merge(repository, 1, Integer::sum);
    return true;
  }

  synchronized void giveBack(RepositoryName repository) {
    all--;
    taken.computeIfPresent(repository, (r, count) -> count > 1 ? count - 1 : null);
  }

  synchronized int taken() {
    return all;
  }
}
