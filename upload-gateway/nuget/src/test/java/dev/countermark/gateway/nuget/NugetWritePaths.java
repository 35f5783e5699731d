package dev.countermark.gateway.nuget;

import dev.countermark.gateway.kit.WritePaths;
import java.util.List;
import java.util.Map;

/** Requests of a feed that write. */
public final class NugetWritePaths implements WritePaths {
  @Override
  public String resource() {
    return FeedResource.class.getName();
  }

  @Override
  public List<WritePath> paths() {
    return List.of(
        new WritePath(
            "push a package",
            "PUT",
            r -> "/" + r + "/nuget/v3/package",
            Map.of("Content-Type", "multipart/form-data; boundary=" + FeedClient.BOUNDARY),
            new Body(FeedClient.multipart(Packages.sound("Acme.Contract", "1.0.0"))),
            true,
            10_000_000),
        WritePath.bare(
            "unlist a version", "DELETE", r -> "/" + r + "/nuget/v3/package/Acme.Contract/1.0.0"),
        WritePath.bare(
            "list a version again",
            "POST",
            r -> "/" + r + "/nuget/v3/package/Acme.Contract/1.0.0"));
  }
}
