package dev.countermark.gateway.oci;

import dev.countermark.format.oci.Digest;
import dev.countermark.gateway.kit.WritePaths;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Requests of the registry that write. */
public final class OciWritePaths implements WritePaths {
  private static final byte[] LAYER = new byte[100_000];
  private static final Body LAYER_BODY =
      new Body(Map.of("Content-Type", "application/octet-stream"), LAYER, false);
  private static final byte[] INDEX =
      ("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
              + "\"manifests\":[]}")
          .getBytes(StandardCharsets.UTF_8);

  @Override
  public String resource() {
    return RegistryResource.class.getName();
  }

  @Override
  public List<WritePath> paths() {
    String digest = Digest.sha256(LAYER).toString();
    WritePath begin =
        WritePath.bare("begin an upload", "POST", r -> "/v2/" + r + "/blobs/uploads/");
    WritePath layer =
        new WritePath(
            "a layer at once",
            "POST",
            r -> "/v2/" + r + "/blobs/uploads/?digest=" + digest,
            LAYER_BODY,
            0);
    WritePath index =
        new WritePath(
            "an index",
            "PUT",
            r -> "/v2/" + r + "/manifests/latest",
            new Body(
                Map.of("Content-Type", "application/vnd.oci.image.index.v1+json"), INDEX, false),
            4 << 20);
    return List.of(
        begin,
        layer,
        new WritePath("a piece of a layer", "PATCH", r -> "", LAYER_BODY, 0).behind(begin),
        new WritePath("the last piece", "PUT", r -> "&digest=" + digest, LAYER_BODY, 0)
            .behind(begin),
        WritePath.bare("cancel an upload", "DELETE", r -> "").behind(begin),
        WritePath.bare(
                "mount a layer",
                "POST",
                r -> "/v2/" + r + "/other/blobs/uploads/?mount=" + digest + "&from=" + r)
            .behind(layer),
        index,
        WritePath.bare("delete a tag", "DELETE", r -> "/v2/" + r + "/manifests/latest")
            .behind(index),
        WritePath.bare(
                "delete a manifest",
                "DELETE",
                r -> "/v2/" + r + "/manifests/" + Digest.sha256(INDEX))
            .behind(index),
        WritePath.bare("delete a blob", "DELETE", r -> "/v2/" + r + "/blobs/" + digest)
            .behind(layer));
  }
}
