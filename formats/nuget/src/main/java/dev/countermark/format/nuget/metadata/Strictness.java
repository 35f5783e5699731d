package dev.countermark.format.nuget.metadata;

import com.fasterxml.jackson.annotation.JsonProperty;

/** By whose rules a package is judged where neither safety nor its identity is at stake. */
public enum Strictness {
  /** What clients install is taken. */
  @JsonProperty("client")
  CLIENT,
  /** As public galleries do: what a package says of itself is complete, short and well-formed. */
  @JsonProperty("gallery")
  GALLERY
}
