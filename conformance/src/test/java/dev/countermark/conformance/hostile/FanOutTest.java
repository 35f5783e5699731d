package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.nuget.NugetFeed;
import dev.countermark.conformance.oci.OciRepository;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.nuget.NugetPackage;
import dev.countermark.testkit.oci.Digests;
import dev.countermark.testkit.oci.Manifest;
import dev.countermark.testkit.oci.RegistryClient.UnexpectedAnswerException;
import dev.countermark.testkit.oci.SampleImage;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One request that names, or leads to, very much. */
@ExtendWith(PlatformExtension.class)
class FanOutTest {
  private static final boolean LONG = Boolean.getBoolean("hostile.long");

  private static final int UNKNOWN = 25_000;
  private static final int TAGS = LONG ? 2_048 : 512;
  private static final int REFERRERS = LONG ? 400 : 150;
  private static final int CLIENTS = 8;
  private static final int INDEXES = LONG ? 2 : 1;

  /** Of one push: more would make a line that no server takes. */
  private static final int TAGS_AT_ONCE = 64;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static LivingGateway gateway;
  private static OtherTenants others;

  private OciRepository repository;
  private String name;

  @BeforeAll
  static void begin(Platform platform) {
    gateway = new LivingGateway(platform);
    others = new OtherTenants(gateway);
  }

  @AfterAll
  static void end() {
    others.close();
  }

  @BeforeEach
  void open(Platform platform) {
    repository = OciRepository.open(platform);
    name = repository.name("app");
  }

  private HttpResponse<byte[]> send(String method, String path, Manifest manifest) {
    return repository
        .registry()
        .send(
            method,
            "/v2/" + name + path,
            manifest == null ? null : manifest.content().toArray(),
            manifest == null ? Map.of() : Map.of("Content-Type", manifest.mediaType()));
  }

  private static <T> List<T> together(List<Callable<T>> requests) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<T> answers = new ArrayList<>();
      for (Future<T> answer : clients.invokeAll(requests)) {
        answers.add(answer.get());
      }
      return answers;
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  void anIndexOfWhatNobodyHas() throws Exception {
    ObjectNode index = JsonNodeFactory.instance.objectNode().put("schemaVersion", 2);
    index.put("mediaType", SampleImage.OCI_INDEX);
    ArrayNode manifests = index.putArray("manifests");
    for (int i = 0; i < UNKNOWN; i++) {
      manifests.add(SampleImage.descriptor("x/y", "sha256:" + String.format("%064x", i + 1), 1));
    }
    Manifest manifest = new Manifest(SampleImage.OCI_INDEX, Bytes.of(Json.write(index)));
    Callable<Integer> push =
        () -> {
          HttpResponse<byte[]> answer = send("PUT", "/manifests/" + manifest.digest(), manifest);
          assertThat(new String(answer.body(), StandardCharsets.UTF_8))
              .contains("MANIFEST_INVALID")
              .contains("at most 1000 manifests");
          return answer.statusCode();
        };

    others.hardlyNotice(
        INDEXES + " indexes of " + UNKNOWN + " unknown digests",
        watch ->
            assertThat(together(IntStream.range(0, INDEXES).mapToObj(i -> push).toList()))
                .containsOnly(400));
  }

  @Test
  void theDeletionOfOneTagBesideMany() throws Exception {
    SampleImage image = SampleImage.oci(1);
    repository.registry().push(name, "t0", image);
    tag(image);

    others.hardlyNotice(
        "deletions beside " + TAGS + " tags",
        watch -> {
          for (String tag : List.of("t1", "t2", "t3")) {
            send("PUT", "/manifests/" + tag, image.manifest());
            assertThat(send("DELETE", "/manifests/" + tag, null).statusCode()).isEqualTo(202);
            assertThat(send("GET", "/manifests/" + tag, null).statusCode()).isEqualTo(404);
            assertThat(send("GET", "/manifests/t4", null).statusCode()).isEqualTo(200);
          }
        });
    assertThat(send("DELETE", "/manifests/" + image.digest(), null).statusCode()).isEqualTo(202);
    // Gone at once, for whoever asks, however long it takes until no trace is left.
    assertThat(send("GET", "/manifests/" + image.digest(), null).statusCode()).isEqualTo(404);
    assertThat(send("GET", "/manifests/t4", null).statusCode()).isEqualTo(404);
    await("no tag is listed")
        .atMost(PATIENCE)
        .until(() -> repository.registry().tags(name).isEmpty());
  }

  private void tag(SampleImage image) throws Exception {
    List<Callable<Integer>> pushes = new ArrayList<>();
    for (int first = 1; first < TAGS; first += TAGS_AT_ONCE) {
      StringBuilder path = new StringBuilder("/manifests/" + image.digest() + "?");
      for (int i = first; i < first + TAGS_AT_ONCE; i++) {
        path.append("&tag=t").append(i);
      }
      pushes.add(() -> send("PUT", path.toString(), image.manifest()).statusCode());
    }
    assertThat(together(pushes)).containsOnly(201);
  }

  @Test
  void theDeletionOfWhatManyReferTo() throws Exception {
    SampleImage image = SampleImage.oci(2);
    byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
    repository.registry().pushBlob(name, empty);
    List<Manifest> referrers =
        IntStream.range(0, REFERRERS).mapToObj(i -> referrer(image, empty, i)).toList();
    List<Callable<Integer>> pushes = new ArrayList<>();
    for (Manifest referrer : referrers) {
      pushes.add(() -> send("PUT", "/manifests/" + referrer.digest(), referrer).statusCode());
    }

    others.hardlyNotice(
        "a deletion that " + REFERRERS + " referrers go with",
        watch -> {
          // Busy, as long as the background has not ended.
          await("it is taken again")
              .atMost(PATIENCE)
              .ignoreExceptionsInstanceOf(UnexpectedAnswerException.class)
              .until(() -> isPushed(image));
          assertThat(together(pushes)).containsOnly(201);
          assertThat(send("DELETE", "/manifests/" + image.digest(), null).statusCode())
              .isEqualTo(202);
          assertThat(send("GET", "/manifests/t", null).statusCode()).isEqualTo(404);
          assertThat(repository.registry().referrers(name, image.digest()).json().path("manifests"))
              .isEmpty();
          await("referrers are gone, too").atMost(PATIENCE).until(() -> areGone(referrers));
        });
  }

  private boolean isPushed(SampleImage image) {
    repository.registry().push(name, "t", image);
    return true;
  }

  private boolean areGone(List<Manifest> manifests) {
    return manifests.stream()
        .map(m -> send("HEAD", "/manifests/" + m.digest(), null).statusCode())
        .allMatch(status -> status == 404);
  }

  private static Manifest referrer(SampleImage image, byte[] empty, int number) {
    ObjectNode manifest = JsonNodeFactory.instance.objectNode().put("schemaVersion", 2);
    manifest.put("mediaType", SampleImage.OCI_MANIFEST);
    manifest.put("artifactType", "application/x.fan-out");
    ObjectNode config =
        SampleImage.descriptor("application/vnd.oci.empty.v1+json", Digests.sha256(empty), 2);
    manifest.set("config", config);
    manifest.putArray("layers").add(config.deepCopy());
    manifest.set(
        "subject",
        SampleImage.descriptor(
            image.manifest().mediaType(), image.digest(), image.manifest().content().length()));
    manifest.putObject("annotations").put("n", Integer.toString(number));
    return new Manifest(SampleImage.OCI_MANIFEST, Bytes.of(Json.write(manifest)));
  }

  /** It is not the beginning of every id. */
  @Test
  void anIdThatIsNone(Platform platform) throws Exception {
    NugetFeed feed = NugetFeed.open(platform);
    feed.pushed(NugetPackage.of("Hostile.Feed", "1.0.0", 1));
    String id = "a".repeat(101);
    String key = feed.repository().token();

    others.hardlyNotice(
        "ids of 101 characters",
        watch -> {
          HttpResponse<byte[]> versions =
              feed.getWithApiKey(key, "/nuget/v3/autocomplete?id=" + id);
          assertThat(versions.statusCode()).isEqualTo(200);
          assertThat(Json.read(versions.body(), JsonNode.class).path("data")).isEmpty();
          for (String path : List.of("flat/" + id, "registration/" + id)) {
            assertThat(feed.getWithApiKey(key, "/nuget/v3/" + path + "/index.json").statusCode())
                .as(path)
                .isEqualTo(404);
          }
        });
    assertThat(feed.listed("Hostile.Feed")).containsExactly("1.0.0");
  }
}
