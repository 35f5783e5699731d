package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.TagRecord;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Repositories that show an image only when it is signed. */
@QuarkusTest
class VisibilityTest extends RegistryTestBase {
  private static final String AFTER_SIGNING = "{\"visibility\":\"after-signing\"}";

  private void assertShows(Registry caller, Repository repository, String tag, SampleImage image) {
    caller.get(repository.manifests(tag)).is(200).has("Docker-Content-Digest", image.digest());
  }

  @Test
  void readersDoNotSeeWhatIsNotSigned() {
    Repository repository = repository(AFTER_SIGNING);
    SampleImage image = repository.push("t", SampleImage.oci(1));

    for (String reference : new String[] {"t", image.digest()}) {
      repository.reader.get(repository.manifests(reference)).isRefused(404, "MANIFEST_UNKNOWN");
      repository.reader.head(repository.manifests(reference)).is(404);
      repository
          .pusher
          .get(repository.manifests(reference))
          .is(200)
          .has("Warning", "299 - \"signature pending\"");
    }
    PlatformSignature.sign(store, repository.name, image.digest());

    for (String reference : new String[] {"t", image.digest()}) {
      assertThat(repository.reader.get(repository.manifests(reference)).is(200).header("Warning"))
          .isEmpty();
    }
  }

  @Test
  void readersSeeTheLastSignedImageOfATag() {
    Repository repository = repository(AFTER_SIGNING);
    SampleImage first = repository.push("t", SampleImage.oci(2));
    PlatformSignature.sign(store, repository.name, first.digest());

    SampleImage second = repository.push("t", SampleImage.oci(3));
    assertShows(repository.reader, repository, "t", first);
    assertShows(repository.pusher, repository, "t", second);
    // The one in between was never visible.
    SampleImage third = repository.push("t", SampleImage.oci(4));
    assertShows(repository.reader, repository, "t", first);

    PlatformSignature.sign(store, repository.name, third.digest());
    assertShows(repository.reader, repository, "t", third);
  }

  @Test
  void aRefusedImageStaysHidden() {
    Repository repository = repository(AFTER_SIGNING);
    SampleImage image = repository.push("t", SampleImage.oci(5));
    new Records(store)
        .update(
            OciKeys.manifest(repository.name, image.digest()),
            ManifestRecord.class,
            old ->
                old.map(
                    m ->
                        m.refused(
                            new RefusalNote(Refusal.values()[0], "for a test", Instant.EPOCH))));

    repository.reader.get(repository.manifests("t")).isRefused(404, "MANIFEST_UNKNOWN");
    assertThat(repository.pusher.get(repository.manifests("t")).is(200).header("Warning"))
        .hasValueSatisfying(w -> assertThat(w).contains("refused"));
  }

  @Test
  void signaturesAreNotWaitedFor() {
    Repository repository = repository(AFTER_SIGNING);
    String tag = "sha256-" + "2".repeat(64) + ".att";

    PlatformSignature.attest(repository, tag, "{}");

    repository.reader.get(repository.manifests(tag)).is(200);
  }

  /** As an image, and everything that says it is a signature although it is none. */
  static Stream<Arguments> unsigned() {
    String subject = ",\"subject\":" + descriptor(SampleImage.OCI_MANIFEST, EMPTY_JSON, 2);
    return Stream.of(
        Arguments.of("an image", "application/vnd.oci.image.layer.v1.tar", ""),
        Arguments.of("a subject", "application/vnd.oci.image.layer.v1.tar", subject),
        Arguments.of(
            "an artifact type that begins like in-toto's",
            "application/vnd.oci.image.layer.v1.tar",
            ",\"artifactType\":\"application/vnd.in-toto+json2\""),
        Arguments.of(
            "a bundle's artifact type",
            PlatformSignature.BUNDLE,
            subject + ",\"artifactType\":\"" + PlatformSignature.BUNDLE + "\""),
        Arguments.of("a statement's layer type", "application/vnd.in-toto+json", ""),
        Arguments.of("an envelope's layer type", "application/vnd.dsse.envelope.v1+json", ""),
        Arguments.of("a signature's layer type", PlatformSignature.SIMPLE_SIGNING, ""));
  }

  private static String descriptor(String type, String digest, int size) {
    return "{\"mediaType\":\"" + type + "\",\"digest\":\"" + digest + "\",\"size\":" + size + "}";
  }

  private static byte[] runnable(Repository repository, String layerType, String more) {
    byte[] config = utf8("{\"config\":{\"Entrypoint\":[\"/run\"]}}");
    byte[] layer = SampleImage.tar("run", utf8("a program"));
    repository.pusher.upload(repository.name, config);
    String signed = ",\"annotations\":{\"dev.cosignproject.cosign/signature\":\"c2ln\"}}";
    return utf8(
        "{\"schemaVersion\":2,\"config\":"
            + descriptor(SampleImage.OCI_CONFIG, PlatformSignature.sha256(config), config.length)
            + ",\"layers\":["
            + descriptor(layerType, repository.pusher.upload(repository.name, layer), layer.length)
                .replaceFirst("}$", signed)
            + "]"
            + more
            + "}");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unsigned")
  void nothingUnsignedIsSeenAtAnyAddress(String what, String layerType, String more) {
    Repository repository = repository(AFTER_SIGNING);
    SampleImage before = repository.push("t", SampleImage.oci(6));
    PlatformSignature.sign(store, repository.name, before.digest());
    byte[] hidden = runnable(repository, layerType, more);
    String digest = PlatformSignature.sha256(hidden);
    String layer = PlatformSignature.sha256(SampleImage.tar("run", utf8("a program")));

    for (String tag : List.of("t", "new")) {
      repository.pusher.putManifest(repository.name, tag, SampleImage.OCI_MANIFEST, hidden).is(201);
    }

    assertThat(repository.announced()).contains(digest);
    assertShows(repository.reader, repository, "t", before);
    repository.reader.get(repository.manifests("new")).isRefused(404, "MANIFEST_UNKNOWN");
    repository.reader.get(repository.manifests(digest)).isRefused(404, "MANIFEST_UNKNOWN");
    repository.reader.get(repository.blobs(layer)).isRefused(404, "BLOB_UNKNOWN");
    repository.reader.head(repository.blobs(layer)).is(404);
    assertThat(tags(repository.reader, repository)).containsExactly("t");
    assertThat(tags(repository.pusher, repository)).containsExactly("new", "t");
    assertThat(referrers(repository)).doesNotContain(digest);
    repository.reader.get(status(repository, digest)).is(404);
    repository.pusher.get(status(repository, digest)).is(200);
    repository.pusher.get(repository.blobs(layer)).is(200);

    PlatformSignature.sign(store, repository.name, digest);

    assertThat(tags(repository.reader, repository)).containsExactly("new", "t");
    repository.reader.get(status(repository, digest)).is(200);
    // A reader comes to a blob by a manifest.
    repository.reader.get(repository.manifests("new")).is(200);
    repository.reader.get(repository.blobs(layer)).is(200);
    if (more.contains("subject")) {
      assertThat(referrers(repository)).contains(digest);
    }
  }

  private static List<String> tags(Registry caller, Repository repository) {
    List<String> tags = new ArrayList<>();
    caller
        .get("/v2/" + repository.name + "/tags/list")
        .is(200)
        .json()
        .path("tags")
        .forEach(tag -> tags.add(tag.asText()));
    return tags;
  }

  private static String referrers(Repository repository) {
    return repository
        .reader
        .get("/v2/" + repository.name + "/referrers/" + EMPTY_JSON)
        .is(200)
        .text();
  }

  private static String status(Repository repository, String digest) {
    return "/" + repository.path + "/status/oci/web@" + digest;
  }

  /** Who may read from a repository must not see more of it by mounting. */
  @Test
  void aHiddenBlobIsNotMounted() {
    Repository hidden = repository(AFTER_SIGNING.replace("}", ",\"anonymousPull\":true}"));
    SampleImage image = hidden.push("t", SampleImage.oci(7));
    String layer = image.blobs().keySet().iterator().next();
    Repository other = repository();
    String mount = other.uploads() + "?mount=" + Registry.encoded(layer) + "&from=" + hidden.name;

    other.pusher.send("POST", mount, Registry.bytes(new byte[0])).is(202);
    PlatformSignature.sign(store, hidden.name, image.digest());
    hidden.reader.get(hidden.manifests("t")).is(200);

    other.pusher.send("POST", mount, Registry.bytes(new byte[0])).is(201);
  }

  @Test
  void aTagGoesBackToWhatItShowedWhenItsHiddenImageIsDeleted() {
    Repository repository = repository(AFTER_SIGNING);
    SampleImage first = repository.push("t", SampleImage.oci(8));
    PlatformSignature.sign(store, repository.name, first.digest());
    SampleImage second = repository.push("t", SampleImage.oci(9));

    admin().delete(repository.manifests(second.digest())).is(202);

    assertShows(repository.reader, repository, "t", first);
    assertShows(repository.pusher, repository, "t", first);
  }

  @Test
  void aDeletedPredecessorLeavesTheOneBeforeIt() {
    Repository repository = repository(AFTER_SIGNING);
    SampleImage first = repository.push("t", SampleImage.oci(10));
    PlatformSignature.sign(store, repository.name, first.digest());
    SampleImage second = repository.push("t", SampleImage.oci(11));
    PlatformSignature.sign(store, repository.name, second.digest());
    SampleImage third = repository.push("t", SampleImage.oci(12));

    admin().delete(repository.manifests(second.digest())).is(202);

    assertShows(repository.reader, repository, "t", first);
    assertThat(tags(repository.reader, repository)).containsExactly("t");
    PlatformSignature.sign(store, repository.name, third.digest());
    assertShows(repository.reader, repository, "t", third);
  }

  @Test
  void aLongListOfTagsComesInPages() {
    Repository repository = repository(AFTER_SIGNING);
    SampleImage image = repository.push("t000", SampleImage.oci(13));
    PlatformSignature.sign(store, repository.name, image.digest());
    Instant now = Instant.EPOCH;
    for (int i = 1; i < 600; i++) {
      String tag = String.format("t%03d", i);
      String digest = i % 2 == 0 ? image.digest() : EMPTY_JSON;
      new Records(store)
          .create(
              OciKeys.tag(repository.name, tag), new TagRecord(repository.name, tag, digest, now));
    }

    List<String> seen = new ArrayList<>();
    String next = "/v2/" + repository.name + "/tags/list";
    while (next != null) {
      Registry.Answer answer = repository.reader.get(next).is(200);
      answer.json().path("tags").forEach(tag -> seen.add(tag.asText()));
      next =
          answer
              .header("Link")
              .map(link -> link.replaceAll("<(.*)>; rel=\"next\"", "$1"))
              .orElse(null);
    }

    assertThat(seen).hasSize(300).doesNotHaveDuplicates().startsWith("t000", "t002");
  }
}
