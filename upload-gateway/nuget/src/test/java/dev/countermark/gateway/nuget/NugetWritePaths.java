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
    WritePath push =
        new WritePath(
            "push a package",
            "PUT",
            r -> "/" + r + "/nuget/v3/package",
            form(Packages.sound("Acme.Contract", "1.0.0")),
            10_000_000);
    return List.of(
        push,
        new WritePath(
                "push symbols",
                "PUT",
                r -> "/" + r + "/nuget/v3/symbols/",
                form(Packages.symbols("Acme.Contract", "1.0.0", "x")),
                10_000_000)
            .behind(push),
        WritePath.bare(
            "unlist a version", "DELETE", r -> "/" + r + "/nuget/v3/package/Acme.Contract/1.0.0"),
        WritePath.bare(
            "list a version again",
            "POST",
            r -> "/" + r + "/nuget/v3/package/Acme.Contract/1.0.0"));
  }

  private static Body form(byte[] content) {
    return new Body(
        Map.of(
            "Content-Type",
            "multipart/form-data; boundary=" + FeedClient.BOUNDARY,
            "Prefer",
            "wait=0"),
        FeedClient.multipart(content),
        true);
  }
}
