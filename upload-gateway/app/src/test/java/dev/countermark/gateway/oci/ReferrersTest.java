package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.blobs.Records;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.Referrer;
import dev.countermark.format.oci.OciRecords.ReferrersRecord;
import dev.countermark.gateway.oci.Registry.Answer;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What refers to a manifest. */
@QuarkusTest
class ReferrersTest extends RegistryTestBase {
  private static final String OCI = SampleImage.OCI_MANIFEST;
  private static final String NOWHERE = "sha256:" + "1".repeat(64);

  private static Answer list(Repository repository, String digest, String query) {
    return repository
        .reader
        .get("/v2/" + repository.name + "/referrers/" + digest + query)
        .is(200)
        .has("Content-Type", SampleImage.OCI_INDEX);
  }

  private static List<String> digests(Answer answer) {
    JsonNode index = answer.json();
    assertThat(index.path("schemaVersion").asInt()).isEqualTo(2);
    assertThat(index.path("mediaType").asText()).isEqualTo(SampleImage.OCI_INDEX);
    assertThat(answer.header("Link")).isEmpty();
    List<String> digests = new ArrayList<>();
    index.path("manifests").forEach(m -> digests.add(m.path("digest").asText()));
    return digests;
  }

  /** Pushes an artifact that refers to {@code subject} and answers its digest. */
  private static String refer(Repository repository, String subject, String type, String note) {
    repository.pusher.upload(repository.name, utf8("{}"));
    byte[] content = referrer(subject, type, note);
    String digest = Registry.digest("sha256", content);
    repository
        .pusher
        .putManifest(repository.name, digest, OCI, content)
        .is(201)
        .has("OCI-Subject", subject);
    return digest;
  }

  private static byte[] referrer(String subject, String type, String note) {
    return utf8(
        "{\"schemaVersion\":2,\"mediaType\":\""
            + OCI
            + "\""
            + (type == null ? "" : ",\"artifactType\":\"" + type + "\"")
            + ",\"config\":{\"mediaType\":\"application/vnd.oci.empty.v1+json\",\"digest\":\""
            + EMPTY_JSON
            + "\",\"size\":2},\"layers\":[],\"annotations\":{\"note\":\""
            + note
            + "\"},\"subject\":{\"mediaType\":\""
            + OCI
            + "\",\"digest\":\""
            + subject
            + "\",\"size\":7}}");
  }

  /** Not "try again": there is no room, and nothing of what is refused stays. */
  @Test
  void moreThanThereIsRoomForIsRefused() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(1));
    for (String fill : List.of("a", "b", "c")) {
      refer(repository, image.digest(), "application/vnd.test", fill.repeat(4_000_000));
    }
    byte[] more = referrer(image.digest(), "application/vnd.test", "d".repeat(4_000_000));
    String digest = Registry.digest("sha256", more);

    repository
        .pusher
        .putManifest(repository.name, digest, OCI, more)
        .isRefused(413, "SIZE_INVALID");

    assertThat(repository.record(digest)).isEmpty();
    assertThat(digests(list(repository, image.digest(), ""))).hasSize(3);
    refer(repository, image.digest(), "application/vnd.test", "small");
  }

  @Test
  void ofAnythingUnknownThereAreNone() {
    Repository repository = repository();

    assertThat(digests(list(repository, NOWHERE, ""))).isEmpty();
    assertThat(digests(list(repository, "sha512:" + "1".repeat(128), ""))).isEmpty();
    Answer elsewhere = admin().get("/v2/oci-test/never-made/web/referrers/" + NOWHERE).is(200);
    assertThat(digests(elsewhere)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sha256:baddigeststring", "latest", "sha256:"})
  void aDigestThatIsNone(String digest) {
    Repository repository = repository();
    repository
        .reader
        .get("/v2/" + repository.name + "/referrers/" + digest)
        .isRefused(400, "DIGEST_INVALID");
  }

  @Test
  void carryWhatTheirManifestSays() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(1));
    String typed = refer(repository, image.digest(), "application/vnd.test.sbom", "first");
    String untyped = refer(repository, image.digest(), null, "second");

    Answer answer = list(repository, image.digest(), "");

    assertThat(digests(answer)).containsExactlyInAnyOrder(typed, untyped);
    for (JsonNode entry : answer.json().path("manifests")) {
      boolean first = entry.path("digest").asText().equals(typed);
      assertThat(entry.path("mediaType").asText()).isEqualTo(OCI);
      assertThat(entry.path("artifactType").asText())
          .isEqualTo(first ? "application/vnd.test.sbom" : "application/vnd.oci.empty.v1+json");
      assertThat(entry.path("annotations").path("note").asText())
          .isEqualTo(first ? "first" : "second");
      assertThat(entry.path("size").asLong())
          .isEqualTo(
              repository.record(entry.path("digest").asText()).orElseThrow().content().length());
    }
  }

  @Test
  void filteredByType() {
    Repository repository = repository();
    String wanted = refer(repository, NOWHERE, "application/vnd.test.a+json", "1");
    refer(repository, NOWHERE, "application/vnd.test.b+json", "2");
    String encoded = Registry.encoded("application/vnd.test.a+json");

    Answer answer = list(repository, NOWHERE, "?artifactType=" + encoded);
    assertThat(digests(answer)).containsExactly(wanted);
    answer.has("OCI-Filters-Applied", "artifactType");

    Answer none = list(repository, NOWHERE, "?artifactType=none");
    assertThat(digests(none)).isEmpty();
    none.has("OCI-Filters-Applied", "artifactType");
    assertThat(list(repository, NOWHERE, "").header("OCI-Filters-Applied")).isEmpty();
  }

  @Test
  void mayComeBeforeTheirSubject() {
    Repository repository = repository();
    SampleImage image = SampleImage.oci(2);
    String referrer = refer(repository, image.digest(), "application/vnd.test", "early");

    repository.push("t", image);

    assertThat(digests(list(repository, image.digest(), ""))).containsExactly(referrer);
  }

  @Test
  void pushedTwiceAreListedOnce() {
    Repository repository = repository();
    String referrer = refer(repository, NOWHERE, "application/vnd.test", "same");
    refer(repository, NOWHERE, "application/vnd.test", "same");

    assertThat(digests(list(repository, NOWHERE, ""))).containsExactly(referrer);
  }

  @Test
  void pushedAtOnceAreAllThere() throws Exception {
    Repository repository = repository();
    ExecutorService clients = Executors.newFixedThreadPool(8);
    try {
      List<Future<String>> pushes = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        String note = "client " + i;
        pushes.add(clients.submit(() -> refer(repository, NOWHERE, "application/vnd.test", note)));
      }
      List<String> pushed = new ArrayList<>();
      for (Future<String> push : pushes) {
        pushed.add(push.get());
      }
      assertThat(digests(list(repository, NOWHERE, "")))
          .containsExactlyInAnyOrderElementsOf(pushed);
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  void includeThePlatformsBundle() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(3));
    String users = refer(repository, image.digest(), "application/vnd.test", "users");
    var signatures = PlatformSignature.sign(store, repository.name, image.digest());
    String bundle = signatures.bundleManifests().get(0);

    Answer answer = list(repository, image.digest(), "");
    assertThat(digests(answer)).containsExactly(bundle, users);
    String type = Registry.encoded(PlatformSignature.BUNDLE);
    assertThat(digests(list(repository, image.digest(), "?artifactType=" + type)))
        .containsExactly(bundle);
    // All that the list leads to can be fetched.
    JsonNode manifest =
        repository.reader.get(repository.manifests(bundle)).is(200).has("Content-Type", OCI).json();
    for (JsonNode blob : List.of(manifest.path("config"), manifest.path("layers").path(0))) {
      assertThat(
              repository.reader.get(repository.blobs(blob.path("digest").asText())).is(200).body())
          .hasSize(blob.path("size").asInt());
    }
  }

  /** Of them and of ours one list is made, which must stay readable. */
  @Test
  void moreThanOneListHoldsAreRefused() {
    Repository repository = repository();
    List<Referrer> many = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      many.add(
          new Referrer(OCI, "sha256:" + String.format("%064x", i), 7, Optional.empty(), Map.of()));
    }
    new Records(store)
        .create(OciKeys.referrers(repository.name, NOWHERE), new ReferrersRecord(1, NOWHERE, many));
    byte[] content =
        utf8(
            "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/vnd.test\",\"digest\":\""
                + repository.pusher.upload(repository.name, utf8("{}"))
                + "\",\"size\":2},\"subject\":{\"mediaType\":\"x\",\"size\":7,\"digest\":\""
                + NOWHERE
                + "\"}}");

    repository
        .pusher
        .putManifest(repository.name, Registry.digest("sha256", content), OCI, content)
        .isRefused(413, "SIZE_INVALID");
    assertThat(digests(list(repository, NOWHERE, ""))).hasSize(1000);
  }

  @Test
  void ofTheFallbackTagAreMergedIn() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(4));
    String artifact = repository.push("a", SampleImage.oci(5)).digest();
    byte[] index =
        utf8(
            "{\"schemaVersion\":2,\"mediaType\":\""
                + SampleImage.OCI_INDEX
                + "\",\"manifests\":[{\"mediaType\":\""
                + OCI
                + "\",\"digest\":\""
                + artifact
                + "\",\"size\":"
                + repository.record(artifact).orElseThrow().content().length()
                + ",\"artifactType\":\"application/vnd.old\"}]}");

    repository
        .pusher
        .putManifest(
            repository.name, image.digest().replace(':', '-'), SampleImage.OCI_INDEX, index)
        .is(201);

    Answer answer = list(repository, image.digest(), "");
    assertThat(digests(answer)).containsExactly(artifact);
    assertThat(answer.json().path("manifests").path(0).path("artifactType").asText())
        .isEqualTo("application/vnd.old");
  }

  @Test
  void headSaysHowLong() {
    Repository repository = repository();
    String target = "/v2/" + repository.name + "/referrers/" + NOWHERE;
    int length = repository.reader.get(target).is(200).body().length;

    repository.reader.head(target).is(200).has("Content-Length", Integer.toString(length));
  }
}
