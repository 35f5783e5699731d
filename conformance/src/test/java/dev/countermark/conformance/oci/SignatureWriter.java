package dev.countermark.conformance.oci;

import dev.countermark.conformance.TamperingProxy.Answer;
import dev.countermark.conformance.oci.Signatures.Layer;
import dev.countermark.contracts.Bytes;
import dev.countermark.testkit.oci.Digests;
import dev.countermark.testkit.oci.Manifest;
import dev.countermark.testkit.oci.RegistryClient;
import dev.countermark.testkit.oci.SampleImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Pushes signatures in cosign's way, for tests that must work without it. */
public final class SignatureWriter {
  private SignatureWriter() {}

  /** Reads the tag, appends a layer and writes it back: what every signer does. */
  static void append(RegistryClient registry, String name, String digest, Layer layer) {
    List<Layer> layers = new ArrayList<>(Signatures.layers(registry, name, digest));
    layers.add(layer);
    overwrite(registry, name, digest, layers);
  }

  /** Writes the tag with these layers and no others. */
  public static void overwrite(
      RegistryClient registry, String name, String digest, List<Layer> layers) {
    Map<String, Answer> pieces = Signatures.signatureAnswers(name, digest, layers);
    String blobs = "/v2/" + name + "/blobs/";
    pieces.forEach(
        (path, piece) -> {
          if (path.startsWith(blobs)) {
            registry.pushBlob(name, piece.content().toArray());
          }
        });
    String tag = Digests.signatureTag(digest);
    Bytes manifest = pieces.get("/v2/" + name + "/manifests/" + tag).content();
    registry.putManifest(name, tag, new Manifest(SampleImage.OCI_MANIFEST, manifest));
  }
}
