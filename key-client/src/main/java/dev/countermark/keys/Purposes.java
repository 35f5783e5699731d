package dev.countermark.keys;

import dev.countermark.contracts.Formats;
import dev.countermark.contracts.KeyTerms;
import dev.countermark.keys.KeyClient.Purpose;
import java.util.SortedMap;
import java.util.TreeMap;

/** The purposes of the formats on the class path, and what the keys of each are like. */
public final class Purposes {
  private Purposes() {}

  /** All of them, by label. */
  public static SortedMap<Purpose, KeyTerms> found() {
    SortedMap<Purpose, KeyTerms> found = new TreeMap<>();
    Formats.all().forEach(format -> found.put(new Purpose(format.label()), format.key()));
    return found;
  }
}
