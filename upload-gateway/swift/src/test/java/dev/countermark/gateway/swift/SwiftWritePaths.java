package dev.countermark.gateway.swift;

import dev.countermark.gateway.kit.WritePaths;
import java.util.List;
import java.util.Map;

/** Requests of a registry that write. */
public final class SwiftWritePaths implements WritePaths {
  @Override
  public String resource() {
    return SwiftResource.class.getName();
  }

  @Override
  public List<WritePath> paths() {
    Form form = Form.archive(Archives.sound()).metadata("{}");
    return List.of(
        new WritePath(
            "publish a release",
            "PUT",
            r -> "/" + r + "/swift/mona/Contract/1.0.0",
            new Body(
                Map.of("Content-Type", form.contentType(), "Prefer", "respond-async, wait=0"),
                form.bytes(),
                true),
            10_000_000),
        WritePath.bare(
            "withdraw a release", "DELETE", r -> "/" + r + "/swift/mona/Contract/1.0.0"));
  }
}
