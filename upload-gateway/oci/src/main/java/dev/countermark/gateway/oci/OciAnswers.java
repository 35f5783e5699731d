package dev.countermark.gateway.oci;

import dev.countermark.gateway.kit.Failed;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;

/** What answers of a registry have in common. */
final class OciAnswers {
  static final String CONTENT_DIGEST = "Docker-Content-Digest";

  private OciAnswers() {}

  /** What clients begin with, to see whether this is a registry and they may come in. */
  static Response ping() {
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    return Response.ok(body)
        .header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON)
        .header(HttpHeaders.CONTENT_LENGTH, body.length)
        .header("Docker-Distribution-Api-Version", "registry/2.0")
        .build();
  }

  static Response deleted() {
    return Response.accepted().header(HttpHeaders.CONTENT_LENGTH, 0).build();
  }

  static Failed unsupported() {
    return OciCode.UNSUPPORTED.failed("this endpoint does not support the method");
  }
}
