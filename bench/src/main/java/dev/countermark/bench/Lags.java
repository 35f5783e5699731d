package dev.countermark.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;

/** How long single ones took. */
public final class Lags {
  private Lags() {}

  /**
   * @param lags milliseconds
   */
  public static void put(ObjectNode figure, List<Long> lags) {
    put(figure, lags, "ms");
  }

  /**
   * @param unit of the lags
   */
  public static void put(ObjectNode figure, List<Long> lags, String unit) {
    List<Long> sorted = lags.stream().sorted(Comparator.naturalOrder()).toList();
    figure.put("samples", sorted.size());
    figure.put("p50", percentile(sorted, 50));
    figure.put("p99", percentile(sorted, 99));
    figure.put("max", sorted.get(sorted.size() - 1));
    Say.line(
        "  p50 " + figure.path("p50") + " " + unit + ", p99 " + figure.path("p99") + " " + unit);
  }

  private static long percentile(List<Long> sorted, int percent) {
    return sorted.get(Math.min(sorted.size() - 1, (sorted.size() * percent + 99) / 100 - 1));
  }
}
