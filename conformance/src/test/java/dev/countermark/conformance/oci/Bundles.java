package dev.countermark.conformance.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Looks into a bundle, and puts something else there. */
final class Bundles {
  private Bundles() {}

  static String statement(String bundle) {
    String payload = parse(bundle).path("dsseEnvelope").path("payload").asText();
    return new String(Base64.getDecoder().decode(payload), StandardCharsets.UTF_8);
  }

  /** The same bundle, its old signature included, around another statement. */
  static String withStatement(String bundle, String statement) {
    ObjectNode changed = (ObjectNode) parse(bundle);
    ((ObjectNode) changed.path("dsseEnvelope"))
        .put(
            "payload",
            Base64.getEncoder().encodeToString(statement.getBytes(StandardCharsets.UTF_8)));
    return new String(Json.write(changed), StandardCharsets.UTF_8);
  }

  private static JsonNode parse(String bundle) {
    return Json.read(bundle.getBytes(StandardCharsets.UTF_8), JsonNode.class);
  }
}
