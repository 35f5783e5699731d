package dev.countermark.contracts;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How far a resync goes. Formats whose signed packages may change at any time know {@link #ENSURE}
 * only and treat the others like it.
 */
public enum ResyncMode {
  /** What is missing, broken, expired or made with a key that is not trusted is made anew. */
  @JsonProperty("ensure")
  ENSURE,
  /** A detached signature is made anew with the current key; no byte that is signed changes. */
  @JsonProperty("rotate-archive")
  ROTATE_ARCHIVE,
  /** Everything is signed anew: changes bytes that clients remember, and so breaks them. */
  @JsonProperty("resign-all")
  RESIGN_ALL
}
