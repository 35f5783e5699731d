package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.http.HttpCaller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * One token of a job, as clients keep one per host: it reads one repository, pushes packages of
 * every format to another, deletes nothing, and is seen by its id wherever it was.
 */
@ExtendWith(PlatformExtension.class)
class TeamTokenTest {
  private static final Duration REVOKED_WITHIN = Duration.ofSeconds(5);
  private static final Duration HEARD_WITHIN = Duration.ofSeconds(30);

  private Platform platform;
  private String token;
  private String subject;
  private Platform.Repository base;
  private Platform.Repository app;

  @BeforeEach
  void make(Platform platform) {
    this.platform = platform;
    base = repository();
    app = repository();
    ObjectNode order = JsonNodeFactory.instance.objectNode().put("description", "ci");
    entry(order, base, "pull");
    entry(order, app, "push");
    HttpResponse<byte[]> answer = platform.call("POST", "/api/v1/tokens", Json.write(order));
    assertThat(answer.statusCode()).isEqualTo(201);
    JsonNode made = Json.read(answer.body(), JsonNode.class);
    token = made.path("token").asText();
    subject = "token " + made.path("id").asText();
  }

  /** Of all formats, each hidden from whoever has no token. */
  private Platform.Repository repository() {
    FormatCase any = FormatCase.all().get(0);
    Platform.Repository made = platform.repository(any.label(), any.settings());
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ObjectNode settings = body.putObject("settings");
    for (FormatCase format : FormatCase.all()) {
      ObjectNode closed = format.settings();
      List.of("anonymousRead", "anonymousPull").forEach(closed::remove);
      settings.set(format.label(), closed);
    }
    HttpResponse<byte[]> answer =
        platform.call("PUT", "/api/v1/repositories/" + made.path(), Json.write(body));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(Json.read(answer.body(), JsonNode.class).path("changedBy").asText())
        .isEqualTo("admin");
    return made;
  }

  private static void entry(ObjectNode order, Platform.Repository repository, String scope) {
    ObjectNode entry = order.withArray("grants").addObject();
    entry.putArray("repositories").add(repository.path());
    entry.putArray("scopes").add(scope);
  }

  private Packages as(FormatCase format, Platform.Repository repository) {
    return format.packages(platform, platform.asSeenWith(repository.path(), token));
  }

  @Test
  void oneTokenReadsOneRepositoryAndPushesToAnother() {
    for (FormatCase format : FormatCase.all()) {
      Packages owned = format.packages(platform, base);
      FormatContract.assertAccepted(owned.push(1));
      FormatContract.awaitSigned(owned, 1);

      assertThat(as(format, base).read(1)).as(format.label()).isEqualTo(200);
      assertThat(as(format, base).push(2)).as(format.label()).isIn(401, 403);
      Packages mine = as(format, app);
      FormatContract.assertAccepted(mine.push(1));
      FormatContract.awaitSigned(mine, 1);
      assertThat(mine.read(1)).as(format.label()).isEqualTo(200);
      mine.delete(1).ifPresent(status -> assertThat(status).as(format.label()).isIn(401, 403, 404));
      assertThat(mine.read(1)).as(format.label()).isEqualTo(200);
      isNamedInStatus(format, mine);
    }
    isNamedInEvents();
    isNamedInTheAccessLog();
  }

  @Test
  void revokedItIsWorthNothingAtAnyGatewayWithinSeconds() throws IOException {
    List<FormatCase> formats = FormatCase.all();
    for (FormatCase format : formats) {
      FormatContract.assertAccepted(as(format, app).push(1));
    }
    try (SecondGateway second = SecondGateway.start(platform)) {
      HttpCaller there = HttpCaller.withBearer(second.url(), token);
      for (FormatCase format : formats) {
        assertThat(status(there, format)).as(format.label()).isEqualTo(200);
      }
      revoke();
      for (FormatCase format : formats) {
        await()
            .atMost(REVOKED_WITHIN)
            .untilAsserted(() -> assertThat(status(there, format)).isIn(401, 403));
      }
    }
    for (FormatCase format : FormatCase.all()) {
      await()
          .atMost(REVOKED_WITHIN)
          .untilAsserted(() -> assertThat(as(format, app).read(1)).isIn(401, 403));
      assertThat(as(format, app).push(3)).as(format.label()).isIn(401, 403);
    }
  }

  private int status(HttpCaller caller, FormatCase format) {
    String path = "/status/" + format.label() + "/" + as(format, app).name(1);
    return caller.send("GET", "/" + app.path() + path, null, Map.of()).statusCode();
  }

  private void isNamedInStatus(FormatCase format, Packages mine) {
    HttpResponse<byte[]> answer =
        platform.call(
            "GET", "/" + app.path() + "/status/" + format.label() + "/" + mine.name(1), null);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(Json.read(answer.body(), JsonNode.class).path("pushedBy").asText())
        .as(format.label())
        .isEqualTo(subject);
  }

  private void isNamedInEvents() {
    for (Format<?, ?> format : Formats.all()) {
      List<JsonNode> heard = new ArrayList<>();
      try (KafkaConsumer<String, byte[]> uploads = events(format.uploads())) {
        await(format.label() + " says who pushed")
            .atMost(HEARD_WITHIN)
            .until(
                () -> {
                  for (ConsumerRecord<String, byte[]> r : uploads.poll(Duration.ofMillis(100))) {
                    // Other tests of the same platform write what is no event.
                    if (new String(r.value(), StandardCharsets.UTF_8).contains(app.path())) {
                      heard.add(CloudEvent.fromJson(r.value()).data());
                    }
                  }
                  return heard.stream()
                      .filter(data -> data.path("repository").asText().equals(app.path()))
                      .anyMatch(data -> data.path("pushedBy").asText().equals(subject));
                });
      }
    }
  }

  private KafkaConsumer<String, byte[]> events(String topic) {
    String broker = platform.setting("upload-gateway", "kafka.bootstrap.servers").orElseThrow();
    KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker, "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    consumer.assign(
        consumer.partitionsFor(topic).stream()
            .map(p -> new TopicPartition(p.topic(), p.partition()))
            .toList());
    consumer.seekToBeginning(List.of());
    return consumer;
  }

  private void isNamedInTheAccessLog() {
    await("the access log names " + subject)
        .atMost(HEARD_WITHIN)
        .until(
            () ->
                accessLog().stream()
                    .map(line -> Json.read(line.getBytes(StandardCharsets.UTF_8), JsonNode.class))
                    .filter(line -> line.path("subject").asText().equals(subject))
                    .anyMatch(line -> line.path("path").asText().contains(app.path())));
    assertThat(String.join("\n", accessLog()))
        .doesNotContain(token.substring(token.lastIndexOf('.') + 1));
  }

  /** Without a line that is only half written. */
  private List<String> accessLog() {
    try {
      String all = Files.readString(platform.requireData().resolve("logs").resolve("access.log"));
      return all.substring(0, all.lastIndexOf('\n') + 1).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void revoke() {
    String id = subject.substring("token ".length());
    assertThat(platform.call("DELETE", "/api/v1/tokens/" + id, null).statusCode()).isEqualTo(204);
  }
}
