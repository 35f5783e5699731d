package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.State;
import dev.countermark.gateway.oci.Registry.Answer;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests in, the same bytes out; and what is refused. */
@QuarkusTest
class ManifestPushTest extends RegistryTestBase {
  private static final String OCI = SampleImage.OCI_MANIFEST;

  /** An image manifest over blobs that the name holds. */
  private static String manifest(Repository repository, String more) {
    repository.pusher.upload(repository.name, utf8("{}"));
    return "{\"schemaVersion\":2,\"mediaType\":\""
        + OCI
        + "\",\"config\":"
        + descriptor("application/vnd.oci.image.config.v1+json", EMPTY_JSON, 2)
        + more
        + "}";
  }

  private static String descriptor(String type, String digest, int size) {
    return "{\"mediaType\":\"" + type + "\",\"digest\":\"" + digest + "\",\"size\":" + size + "}";
  }

  private static void assertServed(Repository repository, String reference, byte[] content) {
    String digest = Registry.digest("sha256", content);
    for (Answer answer :
        List.of(
            repository.reader.get(repository.manifests(reference)),
            repository.reader.head(repository.manifests(reference)))) {
      answer
          .is(200)
          .has("Content-Type", OCI)
          .has("Content-Length", Integer.toString(content.length))
          .has("Docker-Content-Digest", digest)
          .has("ETag", '"' + digest + '"');
    }
    assertThat(repository.reader.get(repository.manifests(reference)).body()).isEqualTo(content);
  }

  static Stream<Arguments> images() {
    return Stream.of(
        Arguments.of("OCI image", SampleImage.oci(1)),
        Arguments.of("OCI image of five layers", SampleImage.oci(2, 5, 3000)),
        Arguments.of("OCI index", SampleImage.ociIndex(3)),
        Arguments.of("Docker image", SampleImage.docker(4)),
        Arguments.of("Docker list", SampleImage.dockerList(5)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("images")
  void byTag(String kind, SampleImage image) {
    Repository repository = repository();
    repository.push("1.0", image);

    for (String reference : List.of("1.0", image.digest())) {
      Answer answer = repository.reader.get(repository.manifests(reference)).is(200);
      assertThat(answer.body()).isEqualTo(image.manifest().content().toArray());
      answer
          .has("Content-Type", image.manifest().mediaType())
          .has("Docker-Content-Digest", image.digest())
          .has("Warning", "299 - \"signature pending\"");
    }
    assertThat(repository.announced()).contains(image.digest());
    assertThat(repository.announced())
        .containsAll(image.children().stream().map(SampleImage::digest).toList());
  }

  @Test
  void theAnswerOfAPushSaysWhatIsThere() {
    Repository repository = repository();
    byte[] content = utf8(manifest(repository, ",\"layers\":[]"));
    String digest = Registry.digest("sha256", content);

    Answer answer =
        repository
            .pusher
            .putManifest(repository.name, "latest", OCI + "; charset=utf-8", content)
            .is(201)
            .has("Docker-Content-Digest", digest);

    assertThat(answer.header("OCI-Subject")).isEmpty();
    assertThat(repository.reader.get(answer.location()).is(200).body()).isEqualTo(content);
    assertServed(repository, "latest", content);
    assertServed(repository, digest, content);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",\"layers\":null",
        ",\"layers\":[],\"custom\":{\"a\":[1,2.50,null]}",
        ",\"layers\":[],\"annotations\":{\"ä\":\"\\u00e4\"} ",
        ",\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.nondistributable.v1.tar\","
            + "\"digest\":\"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
            + "\"size\":5,\"urls\":[\"https://layers.test/a\"]}]"
      })
  void bytesAreKeptAsTheyCame(String more) {
    Repository repository = repository();
    byte[] content = utf8(manifest(repository, more));

    repository.pusher.putManifest(repository.name, "latest", OCI, content).is(201);

    assertServed(repository, "latest", content);
  }

  @Test
  void byASha512Digest() {
    Repository repository = repository();
    byte[] content = utf8(manifest(repository, ",\"layers\":[]"));
    String digest = Registry.digest("sha512", content);

    repository
        .pusher
        .putManifest(repository.name, digest, OCI, content)
        .is(201)
        .has("Docker-Content-Digest", digest);

    repository
        .reader
        .get(repository.manifests(digest))
        .is(200)
        .has("Docker-Content-Digest", digest);
    assertThat(repository.announced()).containsExactly(digest);
  }

  @Test
  void aLargeManifest() {
    Repository repository = repository();
    String most = "x".repeat(3_900_000);
    byte[] content =
        utf8(manifest(repository, ",\"layers\":[],\"annotations\":{\"a\":\"" + most + "\"}"));

    repository.pusher.putManifest(repository.name, "large", OCI, content).is(201);

    assertServed(repository, "large", content);
  }

  @Test
  void theSameManifestAgain() {
    Repository repository = repository();
    SampleImage image = repository.push("1", SampleImage.oci(6));
    byte[] content = image.manifest().content().toArray();
    var record = repository.record(image.digest());

    // Not signed yet, so the client may not have heard of its 201: the signers are told again.
    repository.pusher.putManifest(repository.name, "1", OCI, content).is(201);
    assertThat(repository.announced()).containsExactly(image.digest(), image.digest());

    PlatformSignature.sign(store, repository.name, image.digest());
    repository.pusher.putManifest(repository.name, "2", OCI, content).is(201);
    assertThat(repository.announced()).hasSize(2);
    assertThat(repository.record(image.digest()).orElseThrow().pushedAt())
        .isEqualTo(record.orElseThrow().pushedAt());
    assertThat(repository.reader.get(repository.manifests("2")).is(200).header("Warning"))
        .isEmpty();
  }

  @Test
  void aNewTagIsToldToSignersThatSignTags() {
    Repository repository = repository("{\"signTags\":true}");
    SampleImage image = repository.push("1", SampleImage.oci(7));
    PlatformSignature.sign(store, repository.name, image.digest());
    byte[] content = image.manifest().content().toArray();

    repository.pusher.putManifest(repository.name, "2", OCI, content).is(201);
    repository.pusher.putManifest(repository.name, "2", OCI, content).is(201);

    assertThat(repository.announced()).containsExactly(image.digest(), image.digest());
  }

  @Test
  void aTagMoves() {
    Repository repository = repository();
    SampleImage first = repository.push("latest", SampleImage.oci(8));
    SampleImage second = repository.push("latest", SampleImage.oci(9));

    repository
        .reader
        .head(repository.manifests("latest"))
        .is(200)
        .has("Docker-Content-Digest", second.digest());
    repository.reader.head(repository.manifests(first.digest())).is(200);
    assertThat(repository.tag("latest").orElseThrow().generation()).isEqualTo(2);
  }

  @Test
  void severalTagsInOneRequest() {
    Repository repository = repository();
    byte[] content = utf8(manifest(repository, ",\"layers\":[]"));
    String digest = Registry.digest("sha256", content);
    List<String> tags = IntStream.range(0, 12).mapToObj(i -> "v" + i).toList();
    String query = tags.stream().map(t -> "tag=" + t).collect(Collectors.joining("&"));

    Answer answer =
        repository.pusher.putManifest(repository.name, digest + "?" + query, OCI, content).is(201);

    assertThat(answer.headers("OCI-Tag")).containsExactlyElementsOf(tags);
    tags.forEach(tag -> assertServed(repository, tag, content));
  }

  @Test
  void acceptHeadersChangeNothing() {
    Repository repository = repository();
    SampleImage index = repository.push("i", SampleImage.ociIndex(10));

    repository
        .reader
        .get(repository.manifests("i"), "Accept", OCI)
        .is(200)
        .has("Docker-Content-Digest", index.digest());
    repository
        .reader
        .get(repository.manifests("i"), "Accept", "text/html", "Accept", SampleImage.OCI_INDEX)
        .is(200);
  }

  // ---- conditions -----------------------------------------------------------------------------

  @Test
  void ifMatchMovesATagOnlyFromWhereItIs() {
    Repository repository = repository();
    SampleImage first = repository.push("t", SampleImage.oci(11));
    SampleImage second = repository.push("x", SampleImage.oci(12));
    byte[] content = second.manifest().content().toArray();

    repository
        .pusher
        .putManifest(repository.name, "t", OCI, content, "If-Match", '"' + second.digest() + '"')
        .isRefused(412, "DENIED");
    repository
        .pusher
        .putManifest(repository.name, "none", OCI, content, "If-Match", '"' + first.digest() + '"')
        .isRefused(412, "DENIED");
    assertThat(repository.tag("t").orElseThrow().digest()).isEqualTo(first.digest());
    assertThat(repository.tag("none")).isEmpty();

    repository
        .pusher
        .putManifest(repository.name, "t", OCI, content, "If-Match", '"' + first.digest() + '"')
        .is(201);
    assertThat(repository.tag("t").orElseThrow().digest()).isEqualTo(second.digest());
  }

  @Test
  void ifNoneMatchOnlyMakesANewTag() {
    Repository repository = repository();
    repository.push("t", SampleImage.oci(13));
    byte[] content = repository.push("x", SampleImage.oci(14)).manifest().content().toArray();

    repository
        .pusher
        .putManifest(repository.name, "t", OCI, content, "If-None-Match", "*")
        .isRefused(412, "DENIED");
    repository
        .pusher
        .putManifest(repository.name, "new", OCI, content, "If-None-Match", "*")
        .is(201);
  }

  @Test
  void aRefusedConditionLeavesNoManifest() {
    Repository repository = repository();
    repository.push("t", SampleImage.oci(15));
    byte[] content = utf8(manifest(repository, ",\"layers\":[]"));
    var before = settled();

    repository
        .pusher
        .putManifest(repository.name, "t", OCI, content, "If-None-Match", "*")
        .isRefused(412, "DENIED");

    assertSettlesTo(before);
  }

  // ---- bad input ------------------------------------------------------------------------------

  static Stream<Arguments> bad() {
    String ok = "{\"schemaVersion\":2,\"config\":" + descriptor("c", EMPTY_JSON, 2) + "}";
    String missing = "sha256:" + "b".repeat(64);
    return Stream.of(
        Arguments.of("no JSON", "t", OCI, "{", 400, "MANIFEST_INVALID"),
        Arguments.of("nothing", "t", OCI, "", 400, "MANIFEST_INVALID"),
        Arguments.of("an array", "t", OCI, "[]", 400, "MANIFEST_INVALID"),
        Arguments.of("doubled member", "t", OCI, "{\"a\":1,\"a\":2}", 400, "MANIFEST_INVALID"),
        Arguments.of("no config", "t", OCI, "{\"schemaVersion\":2}", 400, "MANIFEST_INVALID"),
        Arguments.of("schema 1", "t", OCI, ok.replace("n\":2", "n\":1"), 400, "MANIFEST_INVALID"),
        Arguments.of(
            "schema 1 type",
            "t",
            "application/vnd.docker.distribution.manifest.v1+prettyjws",
            ok,
            400,
            "MANIFEST_INVALID"),
        Arguments.of(
            "withdrawn type",
            "t",
            "application/vnd.oci.artifact.manifest.v1+json",
            ok,
            400,
            "MANIFEST_INVALID"),
        Arguments.of("other type", "t", "application/json", ok, 400, "MANIFEST_INVALID"),
        Arguments.of(
            "type mismatch",
            "t",
            OCI,
            ok.replace("{\"s", "{\"mediaType\":\"" + SampleImage.DOCKER_MANIFEST + "\",\"s"),
            400,
            "MANIFEST_INVALID"),
        Arguments.of(
            "image and index at once",
            "t",
            OCI,
            ok.replace("{\"s", "{\"manifests\":[],\"s"),
            400,
            "MANIFEST_INVALID"),
        Arguments.of(
            "unknown config",
            "t",
            OCI,
            ok.replace(EMPTY_JSON, missing),
            404,
            "MANIFEST_BLOB_UNKNOWN"),
        Arguments.of(
            "unknown layer",
            "t",
            OCI,
            ok.replace("{\"s", "{\"layers\":[" + descriptor("l", missing, 1) + "],\"s"),
            404,
            "MANIFEST_BLOB_UNKNOWN"),
        Arguments.of(
            "unknown child",
            "t",
            SampleImage.OCI_INDEX,
            "{\"schemaVersion\":2,\"manifests\":[" + descriptor(OCI, missing, 1) + "]}",
            404,
            "MANIFEST_BLOB_UNKNOWN"),
        Arguments.of(
            "bad digest in it",
            "t",
            OCI,
            ok.replace(EMPTY_JSON, "sha256:x"),
            400,
            "MANIFEST_INVALID"),
        Arguments.of(
            "negative size", "t", OCI, ok.replace("\":2}", "\":-2}"), 400, "MANIFEST_INVALID"),
        Arguments.of("another digest", missing, OCI, ok, 400, "DIGEST_INVALID"),
        Arguments.of("malformed digest", "sha256:baddigeststring", OCI, ok, 400, "DIGEST_INVALID"),
        Arguments.of("no tag", "-t", OCI, ok, 400, "MANIFEST_INVALID"),
        Arguments.of("long tag", "t".repeat(129), OCI, ok, 400, "MANIFEST_INVALID"),
        Arguments.of("spaces", "a%20b", OCI, ok, 400, "MANIFEST_INVALID"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void isRefused(
      String what, String reference, String type, String content, int status, String code) {
    Repository repository = repository();
    repository.pusher.upload(repository.name, utf8("{}"));
    var before = settled();

    repository
        .pusher
        .putManifest(repository.name, reference, type, utf8(content))
        .isRefused(status, code);

    assertSettlesTo(before);
    assertThat(repository.announced()).isEmpty();
  }

  @Test
  void anOversizeManifestIsRefused() {
    Repository repository = repository();
    byte[] content = utf8("{\"a\":\"" + "x".repeat(4 * 1024 * 1024) + "\"}");
    var before = settled();

    repository
        .pusher
        .putManifest(repository.name, "t", OCI, content)
        .isRefused(413, "SIZE_INVALID");
    repository
        .pusher
        .send("PUT", repository.manifests("t"), Registry.streamed(content), "Content-Type", OCI)
        .isRefused(413, "SIZE_INVALID");

    assertSettlesTo(before);
  }

  @Test
  void tooManyTagsAreRefused() {
    Repository repository = repository();
    byte[] content = utf8(manifest(repository, ",\"layers\":[]"));
    var before = settled();
    String query =
        IntStream.range(0, 65).mapToObj(i -> "tag=v" + i).collect(Collectors.joining("&"));

    repository
        .pusher
        .putManifest(
            repository.name, Registry.digest("sha256", content) + "?" + query, OCI, content)
        .isRefused(414, "MANIFEST_INVALID");
    repository
        .pusher
        .putManifest(
            repository.name,
            Registry.digest("sha256", content) + "?tag=good&tag=not%20good",
            OCI,
            content)
        .isRefused(400, "MANIFEST_INVALID");

    assertSettlesTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "none,404",
    "sha256:0000000000000000000000000000000000000000000000000000000000000000,404",
    "sha256:baddigeststring,404",
    "a%20b,404"
  })
  void whatIsNotThereIsUnknown(String reference, int status) {
    Repository repository = repository();
    repository.reader.get(repository.manifests(reference)).isRefused(status, "MANIFEST_UNKNOWN");
    assertThat(repository.reader.head(repository.manifests(reference)).is(status).body()).isEmpty();
  }

  @Test
  void artifactsAreToldToTheSigners() {
    Repository repository = repository();
    SampleImage image = repository.push("1", SampleImage.oci(16));
    byte[] content =
        utf8(
            manifest(
                repository,
                ",\"layers\":[],\"subject\":"
                    + descriptor(OCI, image.digest(), image.manifest().content().length())));

    repository
        .pusher
        .putManifest(repository.name, "artifact", OCI, content)
        .is(201)
        .has("OCI-Subject", image.digest());

    assertThat(repository.announced())
        .containsExactly(image.digest(), Registry.digest("sha256", content));
  }

  @Test
  void signaturesAreNotToldToTheSigners() {
    Repository repository = repository();

    String digest = PlatformSignature.attest(repository, "any", "{}");

    assertThat(repository.announced()).isEmpty();
    assertThat(repository.record(digest).orElseThrow().state()).isEqualTo(State.EXEMPT);
    assertThat(repository.record(digest).orElseThrow().exemption()).contains("cosign-attestations");
  }
}
