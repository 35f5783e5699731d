package dev.countermark.conformance.hostile;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.oci.Digests;
import dev.countermark.testkit.oci.Manifest;
import dev.countermark.testkit.oci.RegistryClient;
import dev.countermark.testkit.oci.SampleImage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A program in a layer, and a manifest that says that it is something else.
 *
 * @param what for people
 * @param configType media type of its config
 * @param layerType media type of its layer
 * @param artifactType absent for none
 */
record ForgedImage(
    String what,
    String configType,
    String layerType,
    Optional<String> artifactType,
    boolean refers) {
  private static final String LAYER = "application/vnd.oci.image.layer.v1.tar";
  private static final String IN_TOTO = "application/vnd.in-toto+json";
  private static final String ENVELOPE = "application/vnd.dsse.envelope.v1+json";
  private static final String SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json";
  private static final String BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
  private static final String NOTATION = "application/vnd.cncf.notary.signature";

  private static ForgedImage of(
      String what, String configType, String layerType, String artifactType, boolean refers) {
    return new ForgedImage(what, configType, layerType, Optional.ofNullable(artifactType), refers);
  }

  /** One of each kind that clients know. */
  static List<ForgedImage> all() {
    String config = SampleImage.OCI_CONFIG;
    return List.of(
        of("an image", config, LAYER, null, false),
        of("one with a subject", config, LAYER, null, true),
        of("the artifact type of a statement", config, LAYER, IN_TOTO, false),
        of("one that begins like it", config, LAYER, IN_TOTO + ".not-at-all", true),
        of("the artifact type of a bundle", config, BUNDLE, BUNDLE, true),
        of("the artifact type of Notation", config, "application/jose+json", NOTATION, true),
        of("the config type of Notation", NOTATION, LAYER, null, true),
        of("the config type of a statement", IN_TOTO, LAYER, null, false),
        of("the layer type of a statement", config, IN_TOTO, null, false),
        of("the layer type of an envelope", config, ENVELOPE, null, true),
        of("the layer type of a signature", config, SIMPLE, null, false));
  }

  private static byte[] config() {
    return "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Entrypoint\":[\"/run\"]}}"
        .getBytes(StandardCharsets.UTF_8);
  }

  private byte[] layer() {
    return SampleImage.tar("run", ("a program: " + what).getBytes(StandardCharsets.UTF_8));
  }

  String layerDigest() {
    return Digests.sha256(layer());
  }

  /**
   * Pushes what it is made of.
   *
   * @param subject what it refers to, if it refers to something
   */
  Manifest upload(RegistryClient registry, String name, Manifest subject) {
    registry.pushBlob(name, config());
    registry.pushBlob(name, layer());
    ObjectNode manifest = JsonNodeFactory.instance.objectNode().put("schemaVersion", 2);
    manifest.put("mediaType", SampleImage.OCI_MANIFEST);
    artifactType.ifPresent(type -> manifest.put("artifactType", type));
    manifest.set(
        "config", SampleImage.descriptor(configType, Digests.sha256(config()), config().length));
    ObjectNode layer = SampleImage.descriptor(layerType, layerDigest(), layer().length);
    layer.putObject("annotations").put("dev.cosignproject.cosign/signature", "c2ln");
    manifest.putArray("layers").add(layer);
    if (refers) {
      manifest.set(
          "subject",
          SampleImage.descriptor(
              subject.mediaType(), subject.digest(), subject.content().length()));
    }
    return new Manifest(SampleImage.OCI_MANIFEST, Bytes.of(Json.write(manifest)));
  }

  @Override
  public String toString() {
    return what;
  }
}
