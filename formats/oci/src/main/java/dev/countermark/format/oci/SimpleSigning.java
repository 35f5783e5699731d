package dev.countermark.format.oci;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The payload of a legacy cosign signature.
 *
 * @see "containers/image, docs/atomic-signature.md: the JSON payload"
 */
final class SimpleSigning {
  static final String TYPE = "cosign container image signature";

  private SimpleSigning() {}

  /**
   * Exactly what Go's {@code json.Marshal} writes for cosign's structure.
   *
   * @param reference {@code host[:port]/name}, with {@code :tag} for an identity of a tag
   */
  static byte[] payload(String reference, Digest manifest) {
    String json =
        "{\"critical\":{\"identity\":{\"docker-reference\":\""
            + escaped(reference)
            + "\"},\"image\":{\"docker-manifest-digest\":\""
            + manifest
            + "\"},\"type\":\""
            + TYPE
            + "\"},\"optional\":null}";
    return json.getBytes(StandardCharsets.UTF_8);
  }

  /** The manifest that a payload is about, whoever wrote it. */
  static Optional<Digest> subject(JsonNode payload) {
    JsonNode claimed = payload.path("critical").path("image").path("docker-manifest-digest");
    return claimed.isTextual() ? Digest.parse(claimed.textValue()) : Optional.empty();
  }

  /** Go escapes the characters of HTML and the two line separators of JavaScript as well. */
  private static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20 || c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029') {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.toString();
  }
}
