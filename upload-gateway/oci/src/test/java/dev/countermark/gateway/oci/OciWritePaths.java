package dev.countermark.gateway.oci;

import dev.countermark.format.oci.Digest;
import dev.countermark.gateway.kit.WritePaths;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Requests of the registry that write. */
public final class OciWritePaths implements WritePaths {
  private static final byte[] LAYER = new byte[100_000];
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
    return List.of(
        WritePath.bare("begin an upload", "POST", r -> "/v2/" + r + "/blobs/uploads/"),
        new WritePath(
            "a layer at once",
            "POST",
            r -> "/v2/" + r + "/blobs/uploads/?digest=" + digest,
            Map.of("Content-Type", "application/octet-stream"),
            new Body(LAYER),
            false,
            0),
        new WritePath(
            "an index",
            "PUT",
            r -> "/v2/" + r + "/manifests/latest",
            Map.of("Content-Type", "application/vnd.oci.image.index.v1+json"),
            new Body(INDEX),
            false,
            4 << 20),
        WritePath.bare("delete a tag", "DELETE", r -> "/v2/" + r + "/manifests/latest"),
        WritePath.bare("delete a blob", "DELETE", r -> "/v2/" + r + "/blobs/" + digest));
  }
}
