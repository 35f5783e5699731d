package dev.countermark.bench.oci;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.bench.Target;
import dev.countermark.bench.resync.ResyncedFormat;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.oci.RegistryClient;
import dev.countermark.testkit.oci.SampleImage;
import java.util.Map;

/** Images over the same blobs. */
public final class OciResync implements ResyncedFormat {
  private static final String IMAGE = "/app";

  @Override
  public String label() {
    return "oci";
  }

  @Override
  public Packages in(Target target, String repository) {
    RegistryClient registry = new RegistryClient(target.caller());
    SampleImage base = SampleImage.oci(repository.hashCode());
    base.blobs().values().forEach(blob -> registry.pushBlob(repository + IMAGE, blob.toArray()));
    return new Packages() {
      private SampleImage image(int number) {
        return base.annotated("dev.countermark.bench", Integer.toString(number));
      }

      @Override
      public void push(int number) {
        SampleImage image = image(number);
        registry.putManifestAtOnce(repository + IMAGE, image.digest(), image.manifest());
      }

      @Override
      public JsonNode status(int number) {
        String path = "/" + repository + "/status/oci" + IMAGE + "@" + image(number).digest();
        return Json.read(target.send("GET", path, null, Map.of(), 200), JsonNode.class);
      }
    };
  }
}
