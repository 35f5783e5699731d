package dev.countermark.format.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The manifest behind a {@code sha256-<hex>.sig} tag: one layer per signature, whose blob is the
 * signed payload and whose annotation is the signature (reference: OCI, section 3.1).
 */
public final class LegacySignatures {
  /** Annotation of a layer: the signature, DER, standard Base64. */
  public static final String SIGNATURE = "dev.cosignproject.cosign/signature";

  /** cosign refuses to read more. */
  public static final int MOST_LAYERS = 1000;

  /**
   * One signature.
   *
   * @param payload the signed bytes
   * @param signature Base64 of the DER
   */
  public record Layer(Content payload, String signature) {}

  /** A manifest and the config it needs. */
  public record Rendered(Content manifest, Content config) {}

  private LegacySignatures() {}

  /** The manifest as cosign 2 writes it for these layers, at least one. */
  static Rendered render(List<Layer> layers) {
    ObjectNode manifest = StrictJson.newObject();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", MediaTypes.OCI_MANIFEST);
    manifest.putObject("config");
    ArrayNode array = manifest.putArray("layers");
    for (Layer layer : layers) {
      array.add(descriptor(layer));
    }
    return withConfig(manifest);
  }

  private static ObjectNode descriptor(Layer layer) {
    ObjectNode descriptor = StrictJson.newObject();
    descriptor.put("mediaType", MediaTypes.SIMPLE_SIGNING);
    descriptor.put("size", layer.payload().size());
    descriptor.put("digest", layer.payload().digest().toString());
    descriptor.putObject("annotations").put(SIGNATURE, layer.signature());
    return descriptor;
  }

  /** Gives the manifest a config that is in step with its layers. */
  private static Rendered withConfig(ObjectNode manifest) {
    ObjectNode config = StrictJson.newObject();
    config.put("architecture", "");
    config.put("created", "0001-01-01T00:00:00Z");
    ArrayNode history = config.putArray("history");
    config.put("os", "");
    ObjectNode rootfs = config.putObject("rootfs");
    rootfs.put("type", "layers");
    ArrayNode diffIds = rootfs.putArray("diff_ids");
    for (JsonNode layer : manifest.get("layers")) {
      history.addObject().put("created", "0001-01-01T00:00:00Z");
      diffIds.add(layer.path("digest").asText());
    }
    config.putObject("config");
    Content content = Content.blob(MediaTypes.OCI_CONFIG, StrictJson.write(config));
    ObjectNode reference = StrictJson.newObject();
    reference.put("mediaType", MediaTypes.OCI_CONFIG);
    reference.put("size", content.size());
    reference.put("digest", content.digest().toString());
    manifest.set("config", reference);
    return new Rendered(Content.manifest(StrictJson.write(manifest)), content);
  }

  /**
   * The first manifest with those layers of the second that it lacks appended. What the first
   * holds, unknown members included, is kept as it is; only the config is written anew.
   *
   * @return empty when nothing is lacking, when one is no OCI manifest in JSON, or when there would
   *     be more than {@link #MOST_LAYERS} layers
   */
  public static Optional<Rendered> union(byte[] first, byte[] second) {
    Optional<ObjectNode> base = StrictJson.object(first);
    Optional<ObjectNode> other = StrictJson.object(second);
    if (base.isEmpty()
        || other.isEmpty()
        || !(base.get().get("layers") instanceof ArrayNode layers)
        || !(other.get().get("layers") instanceof ArrayNode candidates)) {
      return Optional.empty();
    }
    int before = layers.size();
    for (JsonNode candidate : candidates) {
      if (!holds(layers, candidate)) {
        layers.add(candidate);
      }
    }
    return layers.size() == before || layers.size() > MOST_LAYERS
        ? Optional.empty()
        : Optional.of(withConfig(base.get()));
  }

  /** Whether all layers of the second manifest are among those of the first. */
  public static boolean contains(byte[] first, byte[] second) {
    Optional<ObjectNode> base = StrictJson.object(first);
    Optional<ObjectNode> other = StrictJson.object(second);
    if (base.isEmpty()
        || other.isEmpty()
        || !(base.get().get("layers") instanceof ArrayNode layers)
        || !(other.get().get("layers") instanceof ArrayNode candidates)) {
      return false;
    }
    for (JsonNode candidate : candidates) {
      if (!holds(layers, candidate)) {
        return false;
      }
    }
    return true;
  }

  /** The same payload may be signed by several keys: both must be equal. */
  private static boolean holds(ArrayNode layers, JsonNode candidate) {
    for (JsonNode layer : layers) {
      if (layer.path("digest").equals(candidate.path("digest"))
          && layer.path("annotations").equals(candidate.path("annotations"))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Reads back the layers of a manifest that {@link #render} made.
   *
   * @param blobs the payloads by digest
   */
  public static List<Layer> layers(byte[] manifest, Function<Digest, Optional<byte[]>> blobs) {
    List<Layer> layers = new ArrayList<>();
    StrictJson.object(manifest)
        .ifPresent(
            json -> {
              for (JsonNode layer : json.path("layers")) {
                Digest.parse(layer.path("digest").asText())
                    .flatMap(blobs)
                    .ifPresent(
                        payload ->
                            layers.add(
                                new Layer(
                                    Content.blob(MediaTypes.SIMPLE_SIGNING, payload),
                                    layer.path("annotations").path(SIGNATURE).asText())));
              }
            });
    return layers;
  }
}
