package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.http.HttpCaller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Resyncs of many packages, as operators ask for them. */
@ExtendWith(PlatformExtension.class)
class ResyncCampaignTest {
  private static final String TYPE = "application/vnd.oci.image.manifest.v1+json";
  private static final String EMPTY =
      "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private static byte[] image(int number) {
    ObjectNode manifest = JsonNodeFactory.instance.objectNode();
    manifest.put("schemaVersion", 2).put("mediaType", TYPE).put("artifactType", "application/x.a");
    ObjectNode config = manifest.putObject("config");
    config.put("mediaType", "application/vnd.oci.empty.v1+json").put("size", 2);
    config.put("digest", EMPTY);
    manifest.putArray("layers").add(config.deepCopy());
    manifest.putObject("annotations").put("x.number", Integer.toString(number));
    return Json.write(manifest);
  }

  private static Platform.Repository images(Platform platform, int count) {
    Platform.Repository repository =
        platform.repository("oci", JsonNodeFactory.instance.objectNode());
    HttpCaller caller = HttpCaller.withBearer(platform.url(), platform.adminToken());
    String base = "/v2/" + repository.path();
    byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
    assertThat(
            caller
                .send("POST", base + "/blobs/uploads/?digest=" + EMPTY, empty, Map.of())
                .statusCode())
        .isEqualTo(201);
    for (int i = 0; i < count; i++) {
      HttpResponse<byte[]> pushed =
          caller.send(
              "PUT",
              base + "/manifests/v" + i,
              image(NUMBERS.incrementAndGet()),
              Map.of("Content-Type", TYPE));
      assertThat(pushed.statusCode()).isEqualTo(201);
    }
    return repository;
  }

  private static String broker(Platform platform) throws IOException {
    Properties endpoint = new Properties();
    try (var in = Files.newBufferedReader(platform.requireData().resolve("endpoint.env"))) {
      endpoint.load(in);
    }
    return endpoint.getProperty("COUNTERMARK_KAFKA");
  }

  private static JsonNode campaign(Platform platform, String id) {
    return Json.read(platform.call("GET", "/api/v1/resyncs/" + id, null).body(), JsonNode.class);
  }

  /** The line of the page, with a producer that is not ours; twice, which is once. */
  @Test
  void anOperatorsProducerStartsACampaign(Platform platform) throws IOException {
    platform.requireData();
    Client.require("kcat");
    Platform.Repository repository = images(platform, 3);
    String id = "by-hand-" + System.nanoTime();
    Reader reader =
        new Reader(platform, repository, platform.url())
            .withVariable("COUNTERMARK_KAFKA", broker(platform));
    String line = reader.block("docs/api.md", "echo '{").replace("after-the-leak", id);

    reader.run(line);
    reader.run(line);

    await().atMost(LIMIT).until(() -> campaign(platform, id).has("campaign"));
    JsonNode ended = Resync.ended(platform, id);
    assertThat(ended.path("state").asText()).as(ended::toString).isEqualTo("done");
    assertThat(ended.path("results").path("unchanged").asInt()).isEqualTo(3);
  }

  @Test
  void aRequestStartsOneAndTellsHowItEnded(Platform platform) {
    Client.require("curl");
    Platform.Repository repository = images(platform, 2);
    String id = "by-request-" + System.nanoTime();
    Reader reader =
        new Reader(
            platform,
            platform.asSeenWith(repository.path(), platform.adminToken()),
            platform.url());

    reader.run(reader.block("docs/api.md", "curl -X POST").replace("after-the-leak", id));

    assertThat(Resync.ended(platform, id).path("done").asInt()).isEqualTo(2);
  }

  /** Whatever dies in the middle, it ends, and every package is counted once. */
  @Test
  void itEndsCompleteThoughTheGatewayIsKilledTwice(Platform platform) {
    platform.requireData();
    Platform.Repository repository = images(platform, 200);
    String id = "killed-" + System.nanoTime();
    HttpResponse<byte[]> started =
        platform.call(
            "POST",
            "/api/v1/repositories/" + repository.path() + "/resyncs",
            ("{\"campaign\":\"" + id + "\",\"rate\":40}").getBytes(StandardCharsets.UTF_8));
    assertThat(started.statusCode()).isEqualTo(202);
    for (int kill = 1; kill <= 2; kill++) {
      int done = kill;
      await("the campaign goes on")
          .atMost(LIMIT)
          .ignoreExceptionsInstanceOf(UncheckedIOException.class)
          .until(() -> campaign(platform, id).path("done").asInt() >= done * 40);
      platform.kill("upload-gateway");
    }

    JsonNode ended = Resync.ended(platform, id);

    assertThat(ended.path("state").asText()).as(ended::toString).isEqualTo("done");
    assertThat(ended.path("planned").asInt()).isEqualTo(200);
    assertThat(ended.path("results").path("unchanged").asInt()).isEqualTo(200);
    assertThat(ended.path("results").size()).as(ended::toString).isEqualTo(1);
  }

  /** Where clients remember something it is refused; elsewhere it ends, as was foretold. */
  @Test
  void signingAllAnewWithoutAConfirmationEnds(Platform platform) {
    for (FormatCase format : FormatCase.all()) {
      Platform.Repository repository = platform.repository(format.label(), format.settings());
      Packages packages = format.packages(platform, repository);
      assertThat(packages.push(0)).isLessThan(300);
      await(packages.name(0)).atMost(LIMIT).until(() -> packages.isSigned(0));

      JsonNode dry = resigned(platform, repository, true);
      JsonNode ended = resigned(platform, repository, false);

      assertThat(dry.path("state").asText()).isEqualTo("done");
      if (ended.path("brokenCount").asInt() > 0) {
        assertThat(ended.path("state").asText()).as(ended::toString).isEqualTo("refused");
        assertThat(dry.path("brokenCount")).isEqualTo(ended.path("brokenCount"));
      } else {
        assertThat(ended.path("state").asText()).as(ended::toString).isEqualTo("done");
        assertThat(ended.path("results")).isEqualTo(dry.path("results"));
      }
    }
  }

  private static JsonNode resigned(Platform platform, Platform.Repository of, boolean dryRun) {
    ObjectNode order = JsonNodeFactory.instance.objectNode();
    String id = "anew-" + NUMBERS.incrementAndGet() + "-" + System.nanoTime();
    order.put("campaign", id).put("repository", of.path()).put("mode", "resign-all");
    order.put("dryRun", dryRun);
    assertThat(platform.call("POST", "/api/v1/resyncs", Json.write(order)).statusCode())
        .isEqualTo(202);
    return Resync.ended(platform, id);
  }
}
