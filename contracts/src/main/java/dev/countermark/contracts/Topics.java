package dev.countermark.contracts;

import java.util.ArrayList;
import java.util.List;

/** The Kafka topics (design, section 5). */
public final class Topics {
  public static final String OUTCOMES = "countermark.outcomes";
  public static final String DEAD_LETTERS = "countermark.dead-letters";

  /** Where operators ask for resyncs of whole repositories, by any producer. */
  public static final String RESYNC_CAMPAIGNS = "countermark.resync-campaigns";

  private Topics() {}

  /**
   * Where uploads of a format are announced.
   *
   * @param format its label
   */
  public static String uploads(String format) {
    return "countermark.uploads." + format;
  }

  /**
   * Where resyncs of a format's packages are requested.
   *
   * @param format its label
   */
  public static String resyncs(String format) {
    return "countermark.resyncs." + format;
  }

  /** Those whose events have an order per package. */
  public static List<String> ordered() {
    List<String> all = new ArrayList<>();
    for (Format<?, ?> format : Formats.all()) {
      all.add(format.uploads());
      all.add(format.resyncs());
    }
    all.add(OUTCOMES);
    return all;
  }

  /** All others. */
  public static List<String> single() {
    return List.of(DEAD_LETTERS, RESYNC_CAMPAIGNS);
  }
}
