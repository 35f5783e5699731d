package dev.countermark.testkit.oci;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;

/**
 * A manifest as it travels.
 *
 * @param mediaType without parameters
 * @param content the exact bytes; the digest is theirs
 */
public record Manifest(String mediaType, Bytes content) {
  /** {@code sha256:…} of the bytes. */
  public String digest() {
    return Digests.sha256(content.toArray());
  }

  public JsonNode json() {
    return Json.read(content.toArray(), JsonNode.class);
  }
}
