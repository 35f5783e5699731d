package dev.countermark.conformance;

import java.util.HashMap;
import java.util.Map;

/** Changes of what was fetched. */
public final class Alterations {
  private Alterations() {}

  /**
   * The same files with one bit of one of them flipped.
   *
   * @param at offset in bytes; a negative one counts from the end
   */
  public static Map<String, byte[]> flipped(Map<String, byte[]> files, String name, int at) {
    byte[] content = files.get(name).clone();
    content[at < 0 ? content.length + at : at] ^= 1;
    Map<String, byte[]> altered = new HashMap<>(files);
    altered.put(name, content);
    return altered;
  }
}
