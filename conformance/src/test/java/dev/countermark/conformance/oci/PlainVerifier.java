package dev.countermark.conformance.oci;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.oci.Signatures.Layer;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.oci.RegistryClient;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Judges served signatures with nothing but the JDK, so that a run without any client still says
 * whether they are right. Shares no code with the signer.
 */
final class PlainVerifier {
  private PlainVerifier() {}

  /**
   * @return the {@code docker-reference} of each {@code .sig} layer that {@code key} signed and
   *     that claims {@code digest}
   */
  static List<String> validLayers(RegistryClient registry, String name, String digest, String key) {
    List<String> references = new ArrayList<>();
    for (Layer layer : Signatures.layers(registry, name, digest)) {
      byte[] payload = layer.payload().toArray();
      JsonNode critical = Json.read(payload, JsonNode.class).path("critical");
      if (layer.mediaType().equals(Signatures.SIMPLE_SIGNING)
          && critical.path("type").asText().equals("cosign container image signature")
          && critical.path("image").path("docker-manifest-digest").asText().equals(digest)
          && verifies(key, payload, layer.signature())) {
        references.add(critical.path("identity").path("docker-reference").asText());
      }
    }
    return references;
  }

  /**
   * @return the bundles that refer to {@code digest}, state it, and that {@code key} signed
   */
  static List<String> validBundles(
      RegistryClient registry, String name, String digest, String key) {
    return Signatures.bundles(registry, name, digest).stream()
        .filter(bundle -> validBundle(bundle, digest, key))
        .toList();
  }

  static boolean validBundle(String bundle, String digest, String key) {
    JsonNode envelope =
        Json.read(bundle.getBytes(StandardCharsets.UTF_8), JsonNode.class).path("dsseEnvelope");
    byte[] statement = Base64.getDecoder().decode(envelope.path("payload").asText());
    String type = envelope.path("payloadType").asText();
    JsonNode subject = Json.read(statement, JsonNode.class).path("subject");
    String hex = digest.substring(digest.indexOf(':') + 1);
    return envelope.path("signatures").size() == 1
        && subject.size() == 1
        && subject.path(0).path("digest").path("sha256").asText().equals(hex)
        && verifies(
            key,
            Signatures.preAuthenticationEncoding(type, statement),
            envelope.path("signatures").path(0).path("sig").asText());
  }

  private static boolean verifies(String pem, byte[] message, String base64Signature) {
    try {
      Signature verification = Signature.getInstance("SHA256withECDSA");
      verification.initVerify(publicKey(pem));
      verification.update(message);
      return verification.verify(Base64.getDecoder().decode(base64Signature));
    } catch (SignatureException | IllegalArgumentException e) {
      return false; // not even the form of a signature
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PublicKey publicKey(String pem) throws GeneralSecurityException {
    return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki(pem)));
  }

  /** The DER inside a PEM public key. */
  static byte[] spki(String pem) {
    String base64 = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    return Base64.getDecoder().decode(base64);
  }
}
