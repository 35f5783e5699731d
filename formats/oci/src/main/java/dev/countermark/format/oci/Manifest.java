package dev.countermark.format.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.format.oci.InvalidManifestException.Rule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a registry needs to know of a manifest. The bytes themselves are kept verbatim elsewhere;
 * unknown members are accepted and mean nothing.
 *
 * @param mediaType one of the four kinds that can be pushed
 * @param config empty for an index
 * @param layers empty for an index
 * @param children empty for an image
 */
public record Manifest(
    String mediaType,
    Optional<Descriptor> config,
    List<Descriptor> layers,
    List<Descriptor> children,
    Optional<Descriptor> subject,
    Optional<String> declaredArtifactType,
    Map<String, String> annotations) {
  /** Largest manifest that is accepted, bytes. */
  public static final int LARGEST = 4 * 1024 * 1024;

  /** Indexes within indexes that are accepted and signed, the outermost counted. */
  public static final int DEEPEST = 8;

  /** Manifests of one index that are accepted and signed, with all below it and itself. */
  public static final int MOST = 1_000;

  public Manifest {
    layers = List.copyOf(layers);
    children = List.copyOf(children);
    annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
  }

  /**
   * @param contentType the header it was pushed with; parameters are ignored
   * @throws InvalidManifestException when the bytes break a rule
   */
  public static Manifest parse(byte[] content, String contentType) throws InvalidManifestException {
    if (content.length > LARGEST) {
      throw new InvalidManifestException(
          Rule.TOO_LARGE, "a manifest has at most " + LARGEST + " bytes, not " + content.length);
    }
    String type = MediaTypes.bare(contentType);
    boolean index = MediaTypes.INDEXES.contains(type);
    if (!index && !MediaTypes.IMAGES.contains(type)) {
      throw new InvalidManifestException(
          Rule.UNSUPPORTED_MEDIA_TYPE,
          "manifests of type '"
              + shortened(type)
              + "' are not supported: push an OCI image"
              + " manifest or index, or a Docker schema 2 manifest or list");
    }
    ObjectNode json =
        StrictJson.object(content)
            .orElseThrow(
                () ->
                    new InvalidManifestException(
                        Rule.NOT_JSON,
                        "a manifest is one JSON object without doubled members, of at most "
                            + StrictJson.MOST_TOKENS
                            + " brackets, names and values; an index has at most "
                            + MOST
                            + " manifests"));
    JsonNode schemaVersion = json.get("schemaVersion");
    if (schemaVersion == null || !schemaVersion.isInt() || schemaVersion.intValue() != 2) {
      throw new InvalidManifestException(Rule.WRONG_SCHEMA_VERSION, "schemaVersion must be 2");
    }
    Optional<String> declared = text(json, "mediaType");
    if (declared.isPresent() && !declared.get().equals(type)) {
      throw new InvalidManifestException(
          Rule.MEDIA_TYPE_MISMATCH,
          "Content-Type is " + type + " but mediaType is '" + shortened(declared.get()) + "'");
    }
    if (index ? json.has("layers") || json.has("config") : json.has("manifests")) {
      // Readers that ignore the type could be shown another image: CVE-2021-41190.
      throw new InvalidManifestException(
          Rule.BAD_MEMBER, "a manifest is an image or an index, not both");
    }
    Optional<Descriptor> config = index ? Optional.empty() : descriptor(json, "config");
    if (!index && config.isEmpty()) {
      throw new InvalidManifestException(Rule.BAD_MEMBER, "an image manifest has a config");
    }
    List<Descriptor> layers = index ? List.of() : descriptors(json, "layers");
    List<Descriptor> children = index ? descriptors(json, "manifests") : List.of();
    return new Manifest(
        type,
        config,
        layers,
        children,
        descriptor(json, "subject"),
        text(json, "artifactType"),
        annotations(json));
  }

  private static String shortened(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "…";
  }

  private static Optional<String> text(JsonNode json, String member)
      throws InvalidManifestException {
    JsonNode node = json.get(member);
    if (node == null || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isTextual()) {
      throw new InvalidManifestException(Rule.BAD_MEMBER, member + " must be a string");
    }
    return Optional.of(node.textValue());
  }

  private static Map<String, String> annotations(JsonNode json) throws InvalidManifestException {
    JsonNode node = json.get("annotations");
    if (node == null || node.isNull()) {
      return Map.of();
    }
    if (!node.isObject()) {
      throw new InvalidManifestException(Rule.BAD_MEMBER, "annotations must be an object");
    }
    Map<String, String> annotations = new LinkedHashMap<>();
    var fields = node.fields();
    while (fields.hasNext()) {
      var field = fields.next();
      if (!field.getValue().isTextual()) {
        throw new InvalidManifestException(Rule.BAD_MEMBER, "annotations must be strings");
      }
      annotations.put(field.getKey(), field.getValue().textValue());
    }
    return annotations;
  }

  private static List<Descriptor> descriptors(ObjectNode json, String member)
      throws InvalidManifestException {
    JsonNode node = json.get(member);
    if (node == null || node.isNull()) {
      return List.of();
    }
    if (!(node instanceof ArrayNode array)) {
      throw new InvalidManifestException(Rule.BAD_MEMBER, member + " must be an array");
    }
    List<Descriptor> descriptors = new ArrayList<>();
    for (JsonNode element : array) {
      descriptors.add(descriptor(element, member));
    }
    return descriptors;
  }

  private static Optional<Descriptor> descriptor(ObjectNode json, String member)
      throws InvalidManifestException {
    JsonNode node = json.get(member);
    return node == null || node.isNull() ? Optional.empty() : Optional.of(descriptor(node, member));
  }

  private static Descriptor descriptor(JsonNode node, String where)
      throws InvalidManifestException {
    if (!node.isObject()) {
      throw new InvalidManifestException(Rule.BAD_DESCRIPTOR, where + " must be a descriptor");
    }
    Digest digest =
        text(node, "digest")
            .flatMap(Digest::parse)
            .orElseThrow(
                () ->
                    new InvalidManifestException(
                        Rule.BAD_DESCRIPTOR, where + " has no valid sha256 or sha512 digest"));
    JsonNode size = node.get("size");
    if (size == null
        || !size.isIntegralNumber()
        || !size.canConvertToLong()
        || size.longValue() < 0) {
      throw new InvalidManifestException(Rule.BAD_DESCRIPTOR, where + " has no valid size");
    }
    return new Descriptor(
        text(node, "mediaType").orElse(""),
        digest,
        size.longValue(),
        text(node, "artifactType"),
        annotations(node));
  }

  public boolean isIndex() {
    return MediaTypes.isIndex(mediaType);
  }

  /** The blobs that must be there before the manifest is accepted. */
  public Set<Digest> requiredBlobs() {
    Set<Digest> required = new LinkedHashSet<>();
    config.ifPresent(c -> required.add(c.digest()));
    for (Descriptor layer : layers) {
      if (!MediaTypes.isNonDistributable(layer.mediaType())) {
        required.add(layer.digest());
      }
    }
    return required;
  }

  /** The manifests that must be there before an index is accepted. */
  public Set<Digest> requiredManifests() {
    Set<Digest> required = new LinkedHashSet<>();
    children.forEach(c -> required.add(c.digest()));
    return required;
  }

  /**
   * What a referrers response says: the declared type, else an image's config type.
   *
   * @see "OCI distribution-spec, Listing Referrers"
   */
  public Optional<String> artifactType() {
    Optional<String> declared = declaredArtifactType.filter(t -> !t.isEmpty());
    return declared.isPresent() ? declared : config.map(Descriptor::mediaType);
  }
}
