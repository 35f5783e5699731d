package dev.countermark.format.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/** What the small blobs of signatures say they are about; nothing of it is verified. */
public final class SignatureClaims {
  private SignatureClaims() {}

  /**
   * The manifest that a simple-signing payload or a bundle is about.
   *
   * @param blob anything
   */
  public static Optional<Digest> subject(byte[] blob) {
    Optional<ObjectNode> json = StrictJson.object(blob);
    return json.flatMap(SimpleSigning::subject).or(() -> json.flatMap(SignatureClaims::attested));
  }

  private static Optional<Digest> attested(JsonNode bundle) {
    return base64(bundle.path("dsseEnvelope").path("payload").asText())
        .flatMap(StrictJson::object)
        .flatMap(statement -> digest(statement.path("subject").path(0).path("digest")));
  }

  private static Optional<byte[]> base64(String text) {
    try {
      return Optional.of(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<Digest> digest(JsonNode digests) {
    Iterator<Map.Entry<String, JsonNode>> fields = digests.fields();
    return fields.hasNext() ? digest(fields.next()) : Optional.empty();
  }

  private static Optional<Digest> digest(Map.Entry<String, JsonNode> entry) {
    return Digest.parse(entry.getKey() + ":" + entry.getValue().asText());
  }

  /**
   * The first payload that the config of a signature manifest lists.
   *
   * @param blob anything
   */
  public static Optional<Digest> firstPayload(byte[] blob) {
    return StrictJson.object(blob)
        .map(config -> config.path("rootfs").path("diff_ids").path(0).asText())
        .flatMap(Digest::parse);
  }
}
