package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.Platform;
import dev.countermark.testkit.http.HttpCaller;
import dev.countermark.testkit.oci.Digests;
import java.util.Map;
import java.util.Random;

/** Layers in a repository of their own, pushed and pulled whole, or as peers do it byte by byte. */
final class Layers {
  private final Platform platform;
  private final String name;
  private final HttpCaller caller;

  Layers(Platform platform) {
    this.platform = platform;
    this.name = platform.repository("oci", JsonNodeFactory.instance.objectNode()).path();
    this.caller = HttpCaller.withBearer(platform.url(), platform.adminToken());
  }

  /** Content that does not compress. */
  static byte[] bytes(int length, int seed) {
    byte[] content = new byte[length];
    new Random(seed).nextBytes(content);
    return content;
  }

  void push(byte[] layer) {
    assertThat(caller.send("POST", upload(layer), layer, Map.of()).statusCode()).isEqualTo(201);
  }

  byte[] pull(byte[] layer) {
    return caller.send("GET", blob(layer), null, Map.of()).body();
  }

  private String upload(byte[] layer) {
    return "/v2/" + name + "/blobs/uploads/?digest=" + Digests.sha256(layer);
  }

  private String blob(byte[] layer) {
    return "/v2/" + name + "/blobs/" + Digests.sha256(layer);
  }

  /** The head of a request for a layer. */
  String headOfPull(byte[] layer) {
    return head("GET", blob(layer), "");
  }

  /** The head of a request that pushes a layer at once. */
  String headOfPush(byte[] layer) {
    return head("POST", upload(layer), "Content-Length: " + layer.length + "\r\n");
  }

  /**
   * The head of an administrator's request.
   *
   * @param more lines
   */
  String head(String method, String path, String more) {
    return method
        + " "
        + path
        + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        + platform.adminToken()
        + "\r\n"
        + more
        + "\r\n";
  }
}
