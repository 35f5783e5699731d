package dev.countermark.format.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The ways in which the known signers lay out signatures and attestations of manifests (reference:
 * OCI, sections 3.1, 4.1 and 7). What a manifest says of itself is only half of it: anybody can
 * write any media type, so the blobs behind it are looked at, too.
 */
public enum SignatureLayout {
  /** {@code cosign sign} 2: what a {@code .sig} tag points to. */
  COSIGN_SIGNATURES("cosign-signatures"),
  /** {@code cosign attest} 2: what an {@code .att} tag points to. */
  COSIGN_ATTESTATIONS("cosign-attestations"),
  /** {@code cosign} 3 and other Sigstore clients: one bundle that refers to its subject. */
  BUNDLE("sigstore-bundle"),
  /** {@code notation sign}. */
  NOTATION("notation-signature");

  /** Largest blob of a layout, bytes: podman and skopeo read no larger one. */
  public static final int LARGEST_BLOB = 4 * 1024 * 1024;

  /** A config lists at most {@link LegacySignatures#MOST_LAYERS} layers, in some 120 bytes each. */
  private static final int LARGEST_CONFIG = 1024 * 1024;

  private static final String COSIGN_ARTIFACT = "application/vnd.dev.cosign.artifact.";
  private static final String NOTATION_TYPE = "application/vnd.cncf.notary.signature";
  private static final String JWS = "application/jose+json";
  private static final String COSE = "application/cose";
  private static final Pattern BUNDLE_TYPE =
      Pattern.compile(
          "application/vnd\\.dev\\.sigstore\\.bundle"
              + "(\\.v\\d{1,3}\\.\\d{1,3}\\+json|\\+json;version=\\d{1,3}\\.\\d{1,3})");

  /** CBOR's tag 18: a single COSE signature. */
  private static final byte COSE_SIGN1 = (byte) 0xd2;

  private final String label;

  SignatureLayout(String label) {
    this.label = label;
  }

  /** As records have it. */
  public String label() {
    return label;
  }

  /**
   * What the manifest claims to be, by its media types alone.
   *
   * @return empty for everything that is no signature, indexes among it
   */
  public static Optional<SignatureLayout> claimed(Manifest manifest) {
    if (!manifest.mediaType().equals(MediaTypes.OCI_MANIFEST) || manifest.layers().isEmpty()) {
      return Optional.empty();
    }
    if (isCosign(manifest, MediaTypes.SIMPLE_SIGNING, "sig")
        && manifest.layers().stream().allMatch(SignatureLayout::hasSignature)) {
      return Optional.of(COSIGN_SIGNATURES);
    }
    if (isCosign(manifest, MediaTypes.DSSE, "att")) {
      return Optional.of(COSIGN_ATTESTATIONS);
    }
    if (manifest.layers().size() != 1
        || manifest.subject().isEmpty()
        || !manifest.config().orElseThrow().digest().equals(Bundles.EMPTY_CONFIG.digest())) {
      return Optional.empty();
    }
    String config = manifest.config().orElseThrow().mediaType();
    String artifact = manifest.declaredArtifactType().orElse("");
    String layer = manifest.layers().get(0).mediaType();
    if (config.equals(MediaTypes.EMPTY)
        && BUNDLE_TYPE.matcher(artifact).matches()
        && BUNDLE_TYPE.matcher(layer).matches()) {
      return Optional.of(BUNDLE);
    }
    boolean notation =
        config.equals(NOTATION_TYPE)
            || config.equals(MediaTypes.EMPTY) && artifact.equals(NOTATION_TYPE);
    return notation && Set.of(JWS, COSE).contains(layer) ? Optional.of(NOTATION) : Optional.empty();
  }

  private static boolean isCosign(Manifest manifest, String layerType, String suffix) {
    String artifact = COSIGN_ARTIFACT + suffix + ".v1+json";
    return manifest.layers().size() <= LegacySignatures.MOST_LAYERS
        && manifest.layers().stream().allMatch(l -> l.mediaType().equals(layerType))
        && Set.of(MediaTypes.OCI_CONFIG, artifact)
            .contains(manifest.config().orElseThrow().mediaType())
        && Set.of("", artifact).contains(manifest.declaredArtifactType().orElse(""));
  }

  private static boolean hasSignature(Descriptor layer) {
    String signature = layer.annotations().getOrDefault(LegacySignatures.SIGNATURE, "");
    return !signature.isEmpty() && isBase64(signature);
  }

  private static boolean isBase64(String text) {
    try {
      Base64.getDecoder().decode(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * What the manifest is, by its media types and by what they lead to.
   *
   * @param blobs the bytes behind a descriptor that says at most {@link #LARGEST_BLOB}; empty when
   *     there are none, or another number of them
   */
  public static Optional<SignatureLayout> of(
      Manifest manifest, Function<Descriptor, Optional<byte[]>> blobs) {
    return claimed(manifest)
        .filter(layout -> layout.hasConfig(manifest.config().orElseThrow(), blobs))
        .filter(layout -> layout.isMadeOf(manifest.layers(), blobs));
  }

  /** Neither is a program to run, nor a place to hide one: what is visible leads to its blobs. */
  private boolean hasConfig(Descriptor config, Function<Descriptor, Optional<byte[]>> blobs) {
    return this == BUNDLE
        || this == NOTATION
        || config.size() <= LARGEST_CONFIG
            && blobs.apply(config).flatMap(StrictJson::object).isPresent();
  }

  private boolean isMadeOf(List<Descriptor> layers, Function<Descriptor, Optional<byte[]>> blobs) {
    return layers.stream()
        .allMatch(
            layer ->
                layer.size() <= LARGEST_BLOB
                    && blobs.apply(layer).filter(bytes -> holds(layer, bytes)).isPresent());
  }

  private boolean holds(Descriptor layer, byte[] blob) {
    if (this == NOTATION && layer.mediaType().equals(COSE)) {
      return blob.length > 1 && blob[0] == COSE_SIGN1;
    }
    return StrictJson.object(blob)
        .filter(
            json ->
                switch (this) {
                  case COSIGN_SIGNATURES -> isSimpleSigning(json);
                  case COSIGN_ATTESTATIONS -> isEnvelope(json);
                  case BUNDLE -> isBundle(json);
                  case NOTATION -> isJws(json);
                })
        .isPresent();
  }

  private static boolean isSimpleSigning(ObjectNode payload) {
    return SimpleSigning.subject(payload).isPresent()
        && payload.path("critical").path("type").isTextual()
        && payload.at("/critical/identity/docker-reference").isTextual();
  }

  private static boolean isEnvelope(JsonNode envelope) {
    return envelope.path("payloadType").isTextual()
        && isBase64(envelope.path("payload"))
        && hasSignatures(envelope.path("signatures"));
  }

  private static boolean hasSignatures(JsonNode signatures) {
    if (!signatures.isArray() || signatures.isEmpty()) {
      return false;
    }
    for (JsonNode signature : signatures) {
      if (!isBase64(signature.path("sig"))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBase64(JsonNode node) {
    return node.isTextual() && !node.textValue().isEmpty() && isBase64(node.textValue());
  }

  private static boolean isBundle(ObjectNode bundle) {
    JsonNode message = bundle.path("messageSignature");
    return BUNDLE_TYPE.matcher(bundle.path("mediaType").asText()).matches()
        && bundle.path("verificationMaterial").isObject()
        && (isEnvelope(bundle.path("dsseEnvelope")) || isBase64(message.path("signature")));
  }

  private static boolean isJws(ObjectNode jws) {
    return jws.path("payload").isTextual()
        && jws.path("protected").isTextual()
        && jws.path("signature").isTextual();
  }
}
