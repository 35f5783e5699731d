package dev.countermark.contracts;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What came of one package of a resync; never renamed. */
public enum ResyncResult {
  /** Its signature is another one than before. */
  @JsonProperty("changed")
  CHANGED,
  /** It was in order. */
  @JsonProperty("unchanged")
  UNCHANGED,
  /** It cannot be signed as it is. */
  @JsonProperty("refused")
  REFUSED,
  /** It is never signed, or it is no longer there as it was planned. */
  @JsonProperty("skipped")
  SKIPPED,
  /** It was given up and lies among the dead letters. */
  @JsonProperty("dead-lettered")
  DEAD_LETTERED;

  /** As in JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
