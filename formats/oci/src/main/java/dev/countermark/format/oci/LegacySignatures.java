package dev.countermark.format.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

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
   *     be more than {@link #MOST_LAYERS} layers, or a manifest larger than {@link
   *     Manifest#LARGEST}
   */
  public static Optional<Rendered> union(byte[] first, byte[] second) {
    Optional<ObjectNode> base = StrictJson.object(first);
    Optional<List<JsonNode>> layers = layers(first);
    Optional<List<JsonNode>> candidates = layers(second);
    if (base.isEmpty() || layers.isEmpty() || candidates.isEmpty()) {
      return Optional.empty();
    }
    List<JsonNode> lacking = without(candidates.get(), layers.get());
    if (lacking.isEmpty() || layers.get().size() + lacking.size() > MOST_LAYERS) {
      return Optional.empty();
    }
    lacking.forEach(((ArrayNode) base.get().get("layers"))::add);
    Rendered rendered = withConfig(base.get());
    return rendered.manifest().size() > Manifest.LARGEST ? Optional.empty() : Optional.of(rendered);
  }

  /**
   * A manifest with all layers of the first, and after them as many of the second's as readers
   * still read.
   *
   * @param wanted which of the second's; those of the first are not asked for
   */
  public static Rendered before(byte[] first, byte[] second, Predicate<Digest> wanted) {
    ObjectNode base = StrictJson.object(first).orElseThrow();
    ArrayNode layers = (ArrayNode) base.get("layers");
    long size = first.length;
    for (JsonNode layer : without(layers(second).orElse(List.of()), layers(first).orElseThrow())) {
      size += StrictJson.write(layer).length + 1L;
      if (layers.size() == MOST_LAYERS || size > Manifest.LARGEST) {
        break;
      }
      if (Digest.parse(layer.path("digest").asText()).filter(wanted).isPresent()) {
        layers.add(layer);
      }
    }
    return withConfig(base);
  }

  /**
   * Whether whoever wrote {@code pushed} began from what {@code current} was before its last layers
   * were appended, and appended something himself: he did not see them and takes none of them away.
   * Every change that appends keeps the order of what was there. Who leaves out something that is
   * older than what he keeps, or adds nothing, means it.
   *
   * @param own the platform's manifest, whose layers nobody can take away: they do not count
   */
  public static boolean raced(byte[] current, byte[] pushed, Optional<byte[]> own) {
    List<JsonNode> ours = own.flatMap(LegacySignatures::layers).orElse(List.of());
    List<JsonNode> now = without(layers(current).orElse(List.of()), ours);
    List<JsonNode> wanted = without(layers(pushed).orElse(List.of()), ours);
    List<JsonNode> dropped = without(now, wanted);
    List<JsonNode> kept = without(now, dropped);
    return !dropped.isEmpty()
        && !without(wanted, now).isEmpty()
        && kept.equals(now.subList(0, kept.size()));
  }

  private static Optional<List<JsonNode>> layers(byte[] manifest) {
    return StrictJson.object(manifest)
        .filter(json -> json.get("layers") instanceof ArrayNode)
        .map(
            json -> {
              List<JsonNode> layers = new ArrayList<>();
              json.get("layers").forEach(layers::add);
              return layers;
            });
  }

  /** Those of the first that are not among the second. */
  private static List<JsonNode> without(List<JsonNode> layers, List<JsonNode> others) {
    Set<List<JsonNode>> known = new HashSet<>();
    others.forEach(other -> known.add(identity(other)));
    return layers.stream().filter(layer -> !known.contains(identity(layer))).toList();
  }

  /** The same payload may be signed by several keys: both must be equal. */
  private static List<JsonNode> identity(JsonNode layer) {
    return List.of(layer.path("digest"), layer.path("annotations"));
  }

  /** Whether all layers of the second manifest are among those of the first. */
  public static boolean contains(byte[] first, byte[] second) {
    Optional<List<JsonNode>> layers = layers(first);
    Optional<List<JsonNode>> candidates = layers(second);
    return layers.isPresent()
        && candidates.isPresent()
        && without(candidates.get(), layers.get()).isEmpty();
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
