package dev.countermark.gateway.echo;

import dev.countermark.gateway.kit.WritePaths;
import java.util.List;
import java.util.Map;

/** The one request of the throw-away format that writes. */
public final class EchoWritePaths implements WritePaths {
  @Override
  public String resource() {
    return EchoResource.class.getName();
  }

  @Override
  public List<WritePath> paths() {
    return List.of(
        new WritePath(
            "put a file",
            "PUT",
            r -> "/" + r + "/echo/contract",
            new Body(Map.of("Content-Type", "application/octet-stream"), new byte[10_000], true),
            1 << 20));
  }
}
