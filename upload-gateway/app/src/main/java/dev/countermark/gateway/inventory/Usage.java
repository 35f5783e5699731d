package dev.countermark.gateway.inventory;

import dev.countermark.contracts.State;

/**
 * How much lies somewhere.
 *
 * @param packages that are no signatures or attestations
 * @param bytes of all packages as they were pushed
 */
public record Usage(long packages, long bytes) {
  public static final Usage NONE = new Usage(0, 0);

  public Usage plus(Usage other) {
    return new Usage(packages + other.packages, sum(bytes, other.bytes));
  }

  Usage plus(Row row) {
    return row.isPackage()
        ? new Usage(packages + (row.state() == State.EXEMPT ? 0 : 1), sum(bytes, row.size()))
        : this;
  }

  /** Who pushes says how large some things are. */
  private static long sum(long a, long b) {
    long sum = a + b;
    return sum < a ? Long.MAX_VALUE : sum;
  }
}
