package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.sun.net.httpserver.HttpServer;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.http.HttpCaller;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** One trace goes through all services, to a collector that only remembers. */
class TraceTest {
  private static final String TYPE = "application/vnd.oci.image.manifest.v1+json";
  private static final String EMPTY =
      "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

  /** Of a client that would like to decide what is recorded. */
  private static final String FOREIGN = "0af7651916cd43dd8448eb211c80319c";

  private record Span(String service, String trace, String name, String all) {}

  private final List<Span> spans = new CopyOnWriteArrayList<>();

  /** Field numbers: see "opentelemetry/proto/trace/v1/trace.proto". */
  private void collect(byte[] request) throws IOException {
    for (ByteString resourceSpans :
        UnknownFieldSet.parseFrom(request).getField(1).getLengthDelimitedList()) {
      UnknownFieldSet ofService = UnknownFieldSet.parseFrom(resourceSpans);
      String resource =
          ofService
              .getField(1)
              .getLengthDelimitedList()
              .get(0)
              .toString(StandardCharsets.ISO_8859_1);
      String service =
          List.of("upload-gateway", "signer", "key-service").stream()
              .filter(resource::contains)
              .findFirst()
              .orElse("?");
      for (ByteString scope : ofService.getField(2).getLengthDelimitedList()) {
        for (ByteString each :
            UnknownFieldSet.parseFrom(scope).getField(2).getLengthDelimitedList()) {
          UnknownFieldSet span = UnknownFieldSet.parseFrom(each);
          spans.add(
              new Span(
                  service,
                  HexFormat.of().formatHex(text(span, 1).toByteArray()),
                  text(span, 5).toStringUtf8(),
                  each.toString(StandardCharsets.ISO_8859_1)));
        }
      }
    }
  }

  private static ByteString text(UnknownFieldSet message, int field) {
    return message.getField(field).getLengthDelimitedList().get(0);
  }

  private static byte[] image() {
    ObjectNode manifest = JsonNodeFactory.instance.objectNode();
    manifest.put("schemaVersion", 2).put("mediaType", TYPE).put("artifactType", "application/x.a");
    ObjectNode config = manifest.putObject("config");
    config.put("mediaType", "application/vnd.oci.empty.v1+json").put("size", 2);
    config.put("digest", EMPTY);
    manifest.putArray("layers").add(config.deepCopy());
    return Json.write(manifest);
  }

  private Set<String> steps(String trace) {
    return spans.stream()
        .filter(s -> s.trace().equals(trace))
        .map(s -> s.service() + ": " + s.name())
        .collect(Collectors.toSet());
  }

  private String requestTrace() {
    return spans.stream()
        .filter(s -> s.name().equals("request"))
        .map(Span::trace)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void leadsFromThePushToItsOutcome() throws IOException {
    HttpServer collector = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          collect(exchange.getRequestBody().readAllBytes());
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    String url = "http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces";
    try (Platform platform = Platform.start(Map.of("COUNTERMARK_TRACING_ENDPOINT", url))) {
      Platform.Repository repository =
          platform.repository("oci", JsonNodeFactory.instance.objectNode());
      HttpCaller caller = HttpCaller.withBearer(platform.url(), platform.adminToken());
      String base = "/v2/" + repository.path();
      byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
      caller.send("POST", base + "/blobs/uploads/?digest=" + EMPTY, empty, Map.of());
      assertThat(
              caller
                  .send(
                      "PUT",
                      base + "/manifests/v1",
                      image(),
                      Map.of(
                          "Content-Type",
                          TYPE,
                          "traceparent",
                          "00-" + FOREIGN + "-b7ad6b7169203331-01"))
                  .statusCode())
          .isEqualTo(201);

      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () ->
                  assertThat(spans.stream().filter(s -> s.name().equals("sign")))
                      .anySatisfy(
                          sign ->
                              assertThat(steps(sign.trace()))
                                  .contains(
                                      "upload-gateway: request",
                                      "upload-gateway: publish event",
                                      "signer: sign",
                                      "key-service: key sign",
                                      "signer: change record",
                                      "signer: publish outcome",
                                      "upload-gateway: hear outcome")));
      assertThat(spans).extracting(Span::trace).doesNotContain(FOREIGN);
      assertThat(platform.requireData().resolve("logs/access.log"))
          .content()
          .contains("\"trace\":\"" + requestTrace() + '"');
      assertThat(spans).noneMatch(s -> s.all().contains(platform.adminToken()));
    } finally {
      collector.stop(0);
    }
  }
}
