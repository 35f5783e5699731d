package dev.countermark.format.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.format.certificates.EcdsaSignature;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Verifies image signatures of both forms against public keys, without a network: accepts what
 * cosign and containers/image accept and refuses what they refuse (reference: OCI, section 6).
 * Stricter on purpose in one thing: a bundle must be an image signature, not just any statement.
 */
public final class CosignVerifier {
  private static final Set<String> PAYLOAD_MEMBERS = Set.of("critical", "optional");
  private static final Set<String> CRITICAL_MEMBERS = Set.of("identity", "image", "type");

  /** Why a signature is refused. */
  public enum Reason {
    NO_SIGNATURE,
    MALFORMED,
    WRONG_KEY_OR_ALTERED,
    WRONG_DIGEST,
    WRONG_TYPE,
    WRONG_IDENTITY,
    UNKNOWN_MEMBER
  }

  /**
   * @param accepted whether at least one signature is good
   * @param reason why not, when it is not
   */
  public record Verdict(boolean accepted, Optional<Reason> reason, String detail) {
    static Verdict accepted(String detail) {
      return new Verdict(true, Optional.empty(), detail);
    }

    static Verdict refused(Reason reason, String detail) {
      return new Verdict(false, Optional.of(reason), detail);
    }
  }

  private final List<byte[]> keys;

  /**
   * @param keys DER SubjectPublicKeyInfo of the trusted keys, EC P-256
   */
  public CosignVerifier(List<byte[]> keys) {
    this.keys = List.copyOf(keys);
  }

  /** As {@code cosign verify} reads the {@code .sig} manifest: one good layer is enough. */
  public Verdict legacy(byte[] manifest, Function<Digest, Optional<byte[]>> blobs, Digest subject) {
    return legacy(manifest, blobs, subject, payload -> Optional.empty());
  }

  /**
   * As podman and skopeo read it: no unknown members, and the reference must be expected.
   *
   * @param identity whether a {@code docker-reference} is accepted
   */
  public Verdict legacyWithIdentity(
      byte[] manifest,
      Function<Digest, Optional<byte[]>> blobs,
      Digest subject,
      Predicate<String> identity) {
    return legacy(manifest, blobs, subject, payload -> strictly(payload, identity));
  }

  private Verdict legacy(
      byte[] manifest,
      Function<Digest, Optional<byte[]>> blobs,
      Digest subject,
      Function<ObjectNode, Optional<Verdict>> more) {
    Optional<ObjectNode> json = StrictJson.object(manifest);
    if (json.isEmpty()) {
      return Verdict.refused(Reason.MALFORMED, "the signature manifest is not a JSON object");
    }
    if (!MediaTypes.OCI_MANIFEST.equals(json.get().path("mediaType").asText())) {
      return Verdict.refused(Reason.NO_SIGNATURE, "not an OCI image manifest");
    }
    Verdict last = Verdict.refused(Reason.NO_SIGNATURE, "no signature layers");
    for (JsonNode layer : json.get().path("layers")) {
      if (!MediaTypes.SIMPLE_SIGNING.equals(layer.path("mediaType").asText())) {
        continue;
      }
      last = layer(layer, blobs, subject, more);
      if (last.accepted()) {
        return last;
      }
    }
    return last;
  }

  private Verdict layer(
      JsonNode layer,
      Function<Digest, Optional<byte[]>> blobs,
      Digest subject,
      Function<ObjectNode, Optional<Verdict>> more) {
    Optional<Digest> digest = Digest.parse(layer.path("digest").asText());
    Optional<byte[]> payload = digest.flatMap(blobs);
    if (payload.isEmpty() || !digest.get().matches(payload.get())) {
      return Verdict.refused(Reason.MALFORMED, "the payload is missing or not what it should be");
    }
    JsonNode signature = layer.path("annotations").path(LegacySignatures.SIGNATURE);
    Optional<byte[]> der = base64(signature);
    if (der.isEmpty()) {
      return Verdict.refused(
          Reason.MALFORMED, "the annotation " + LegacySignatures.SIGNATURE + " is missing");
    }
    if (!signedByOne(payload.get(), der.get())) {
      return Verdict.refused(Reason.WRONG_KEY_OR_ALTERED, "no trusted key made this signature");
    }
    Optional<ObjectNode> json = StrictJson.object(payload.get());
    if (json.isEmpty()) {
      return Verdict.refused(Reason.MALFORMED, "the payload is not a JSON object");
    }
    JsonNode critical = json.get().path("critical");
    String claimed = critical.path("image").path("docker-manifest-digest").asText();
    if (!subject.toString().equals(claimed)) {
      return Verdict.refused(Reason.WRONG_DIGEST, "it signs " + claimed);
    }
    return more.apply(json.get())
        .orElseGet(
            () -> Verdict.accepted(critical.path("identity").path("docker-reference").asText()));
  }

  private static Optional<Verdict> strictly(ObjectNode payload, Predicate<String> identity) {
    JsonNode critical = payload.path("critical");
    JsonNode optional = payload.path("optional");
    if (!names(payload).equals(PAYLOAD_MEMBERS)
        || !names(critical).equals(CRITICAL_MEMBERS)
        || !names(critical.path("identity")).equals(Set.of("docker-reference"))
        || !names(critical.path("image")).equals(Set.of("docker-manifest-digest"))
        || !(optional.isNull() || optional.isObject())) {
      return Optional.of(
          Verdict.refused(Reason.UNKNOWN_MEMBER, "the payload has a member too many or too few"));
    }
    if (optional.has("creator") && !optional.get("creator").isTextual()
        || optional.has("timestamp") && !optional.get("timestamp").isIntegralNumber()) {
      return Optional.of(
          Verdict.refused(Reason.MALFORMED, "creator is a string and timestamp an integer"));
    }
    if (!SimpleSigning.TYPE.equals(critical.path("type").asText())) {
      return Optional.of(
          Verdict.refused(Reason.WRONG_TYPE, "its type is " + critical.path("type").asText()));
    }
    String reference = critical.path("identity").path("docker-reference").asText();
    if (!identity.test(reference)) {
      return Optional.of(Verdict.refused(Reason.WRONG_IDENTITY, "it signs for " + reference));
    }
    return Optional.empty();
  }

  private static Set<String> names(JsonNode node) {
    Set<String> names = new java.util.HashSet<>();
    Iterator<String> fields = node.fieldNames();
    fields.forEachRemaining(names::add);
    return names;
  }

  /** As {@code cosign verify} 3 reads one bundle of a referrer. */
  public Verdict bundle(byte[] bundle, Digest subject) {
    Optional<ObjectNode> parsed = StrictJson.object(bundle);
    if (parsed.isEmpty()) {
      return Verdict.refused(Reason.MALFORMED, "the bundle is not a JSON object");
    }
    ObjectNode json = parsed.get();
    JsonNode envelope = json.path("dsseEnvelope");
    if (!names(json).equals(Set.of("mediaType", "verificationMaterial", "dsseEnvelope"))
        || !Set.of("payload", "payloadType", "signatures").equals(names(envelope))
        || !MediaTypes.BUNDLE.equals(json.path("mediaType").asText())
        || envelope.path("signatures").size() != 1) {
      return Verdict.refused(Reason.MALFORMED, "not a v0.3 bundle with one DSSE signature");
    }
    Optional<byte[]> payload = base64(envelope.path("payload"));
    Optional<byte[]> der = base64(envelope.path("signatures").path(0).path("sig"));
    String type = envelope.path("payloadType").asText();
    if (payload.isEmpty() || der.isEmpty() || !MediaTypes.IN_TOTO.equals(type)) {
      return Verdict.refused(Reason.MALFORMED, "not an in-toto statement with a signature");
    }
    if (!signedByOne(Bundles.pae(type, payload.get()), der.get())) {
      return Verdict.refused(Reason.WRONG_KEY_OR_ALTERED, "no trusted key made this signature");
    }
    Optional<ObjectNode> statement = StrictJson.object(payload.get());
    if (statement.isEmpty()) {
      return Verdict.refused(Reason.MALFORMED, "the statement is not a JSON object");
    }
    String predicate = statement.get().path("predicateType").asText();
    if (!Bundles.PREDICATE_TYPE.equals(predicate)) {
      return Verdict.refused(Reason.WRONG_TYPE, "its predicate is " + predicate);
    }
    for (JsonNode of : statement.get().path("subject")) {
      String encoded = of.path("digest").path(subject.algorithm()).asText();
      if (subject.encoded().equals(encoded)) {
        return Verdict.accepted(predicate);
      }
    }
    return Verdict.refused(Reason.WRONG_DIGEST, "it signs another manifest");
  }

  private static Optional<byte[]> base64(JsonNode node) {
    if (!node.isTextual() || node.textValue().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Base64.getDecoder().decode(node.textValue()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private boolean signedByOne(byte[] message, byte[] der) {
    byte[] hash = Digest.hash("SHA-256", message);
    return keys.stream().anyMatch(key -> EcdsaSignature.isGenuine(key, hash, der));
  }
}
