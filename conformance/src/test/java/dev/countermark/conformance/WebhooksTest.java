package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.countermark.contracts.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From a signer by the broker and two gateways to a receiver that fails now and then. */
class WebhooksTest {
  private static final String SIGNED = "dev.countermark.package.signed.v1";
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int PACKAGES = 6;

  private final List<Delivered> delivered = new CopyOnWriteArrayList<>();
  private HttpServer receiver;
  private Platform platform;
  private volatile boolean fails;

  /** A request as it came. */
  private record Delivered(
      String id, String timestamp, String signature, String type, String body, boolean taken) {}

  @BeforeEach
  void start() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    receiver.createContext("/hook", this::take);
    receiver.start();
    platform =
        Platform.start(Map.of("COUNTERMARK_GATEWAY_WEBHOOKS_ALLOWED_NETWORKS", "127.0.0.1/32"));
  }

  @AfterEach
  void stop() {
    platform.close();
    receiver.stop(0);
  }

  private void take(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    boolean taken = !fails;
    delivered.add(
        new Delivered(
            exchange.getRequestHeaders().getFirst("webhook-id"),
            exchange.getRequestHeaders().getFirst("webhook-timestamp"),
            exchange.getRequestHeaders().getFirst("webhook-signature"),
            exchange.getRequestHeaders().getFirst("content-type"),
            body,
            taken));
    exchange.sendResponseHeaders(taken ? 204 : 500, -1);
    exchange.close();
  }

  private String webhook(Platform.Repository repository) {
    ObjectNode wanted = JsonNodeFactory.instance.objectNode();
    wanted.put("url", "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook");
    wanted.putArray("events").add(SIGNED);
    HttpResponse<byte[]> made =
        platform.call(
            "POST", "/api/v1/repositories/" + repository.path() + "/webhooks", Json.write(wanted));
    assertThat(made.statusCode())
        .as(() -> new String(made.body(), StandardCharsets.UTF_8))
        .isEqualTo(201);
    return Json.read(made.body(), JsonNode.class).path("secret").asText();
  }

  /** As any library of Standard Webhooks does. */
  private static String signature(String secret, Delivered one) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] signed =
          (one.id() + "." + one.timestamp() + "." + one.body()).getBytes(StandardCharsets.UTF_8);
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String name(Delivered one) {
    return Json.read(one.body().getBytes(StandardCharsets.UTF_8), JsonNode.class)
        .path("data")
        .path("name")
        .asText();
  }

  private Set<String> taken() {
    return delivered.stream()
        .filter(Delivered::taken)
        .map(Delivered::id)
        .collect(Collectors.toSet());
  }

  @Test
  void whatIsSignedIsToldWhicheverGatewayLives() throws IOException {
    FormatCase format = FormatCase.all().get(0);
    Platform.Repository repository = platform.repository(format.label(), format.settings());
    Packages packages = format.packages(platform, repository);
    String secret = webhook(repository);
    fails = true;
    try (SecondGateway second = SecondGateway.start(platform)) {
      for (int i = 0; i < PACKAGES; i++) {
        assertThat(packages.push(i)).isLessThan(300);
      }
      await("it is tried").atMost(LIMIT).until(() -> !delivered.isEmpty());
      assertThat(second.url()).isNotNull();
    }
    fails = false;

    // By the gateway that is left, whoever had taken them.
    await("all are delivered").atMost(LIMIT).until(() -> taken().size() == PACKAGES);
    Set<String> names = new HashSet<>();
    for (Delivered one : delivered) {
      assertThat(one.signature()).isEqualTo(signature(secret, one));
      assertThat(one.type()).startsWith("application/cloudevents+json");
      names.add(name(one));
    }
    assertThat(names).hasSize(PACKAGES);
  }
}
