package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bodies that are not the gateway's to read: each is larger than its heap; the long form sends a
 * gibibyte to every address.
 */
class UnreadBodiesTest {
  private static final long BYTES = Boolean.getBoolean("hostile.long") ? 1L << 30 : 96L << 20;
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded\r\n";
  private static final String MULTIPART = "Content-Type: multipart/form-data; boundary=b\r\n";

  private static final String UPGRADE =
      "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n";

  private static Platform platform;
  private static LivingGateway gateway;
  private static OtherTenants others;
  private static OtherTenants.Watch watch;
  private static String repository;

  /** A request to one address. */
  record Request(String method, String path, String headers) {
    @Override
    public String toString() {
      return method + " " + path + " " + headers.replace("\r\n", "; ");
    }
  }

  @BeforeAll
  static void start() {
    gateway = new LivingGateway("--heap", LivingGateway.PART + "=64m");
    platform = gateway.platform();
    repository = platform.repository("oci", JsonNodeFactory.instance.objectNode()).path();
    others = new OtherTenants(gateway);
    watch = others.watch();
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      watch.requireUndisturbed((BYTES >> 20) + " MiB that nobody wants");
    } finally {
      others.close();
      platform.close();
    }
  }

  @AfterEach
  void livesOn() {
    gateway.requireAlive();
  }

  static Stream<Request> requests() {
    String r = "/" + repository;
    String wrong = "Authorization: Bearer cmt_wrong\r\n";
    List<Request> all = new ArrayList<>();
    all.add(new Request("POST", "/v2/token", FORM));
    for (String credentials : List.of("", wrong)) {
      all.add(new Request("PUT", r + "/nuget/v3/package/", credentials + MULTIPART));
      all.add(new Request("PUT", r + "/nuget/v3/symbols/", credentials + MULTIPART));
      all.add(new Request("PUT", r + "/swift/a/b/1.0.0", credentials + MULTIPART));
      all.add(new Request("POST", "/v2" + r + "/blobs/uploads/", credentials));
      all.add(new Request("PUT", "/v2" + r + "/manifests/latest", credentials));
      all.add(new Request("PATCH", "/v2" + r + "/blobs/uploads/x?state=y", credentials));
      all.add(new Request("PUT", "/api/v1/repositories" + r, credentials));
    }
    all.add(new Request("POST", r + "/swift/login", ""));
    all.add(new Request("POST", "/login", ""));
    all.add(new Request("POST", "/nowhere", ""));
    all.add(new Request("PUT", r + "/nuget/v3/package/", MULTIPART + UPGRADE));
    all.add(new Request("GET", "/", ""));
    all.add(new Request("GET", "/v2/", ""));
    all.add(new Request("POST", "/q/health/live", ""));
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("requests")
  void areNotKept(Request request) {
    Flood flood = new Flood(platform.url(), BYTES);
    for (boolean chunked : List.of(false, true)) {
      int status = flood.send(request.method(), request.path(), request.headers(), chunked);
      assertThat(status).as(request + (chunked ? " chunked" : "")).isBetween(200, 499);
    }
  }

  /** Whatever is there besides, by the API's own document. */
  @Test
  void norAtAnyAddressOfTheDocument() {
    Flood flood = new Flood(platform.url(), BYTES);
    JsonNode paths =
        Json.read(platform.call("GET", "/api/v1/openapi?format=json", null).body(), JsonNode.class)
            .path("paths");
    paths
        .fields()
        .forEachRemaining(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method -> {
                          String address = path.getKey().replaceAll("\\{[^}]*}", "x");
                          String upper = method.toUpperCase(Locale.ROOT);
                          assertThat(flood.send(upper, address, "", false))
                              .as(upper + " " + address)
                              .isBetween(200, 499);
                        }));
  }
}
