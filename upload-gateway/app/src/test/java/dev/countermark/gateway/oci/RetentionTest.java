package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.blobs.Records;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.SignatureLayout;
import dev.countermark.format.oci.SignatureTags;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Images that nobody keeps go; what something that is kept needs does not. */
@QuarkusTest
class RetentionTest extends RegistryTestBase {
  private static final String OCI = "application/vnd.oci.image.manifest.v1+json";

  /** Everything is older. */
  private static final String UNTAGGED = "{\"olderThan\":\"PT0.000000001S\"}";

  private Registry manager() {
    return new Registry(base, "Bearer " + adminToken);
  }

  private static String retention(Repository repository) {
    return "/api/v1/repositories/" + repository.path + "/retention";
  }

  private void rules(Repository repository, String... rules) {
    manager()
        .send(
            "PUT",
            retention(repository),
            Registry.bytes(utf8("{\"rules\":[" + String.join(",", rules) + "]}")))
        .is(200);
  }

  private List<String> preview(Repository repository) {
    List<String> digests = new ArrayList<>();
    JsonNode page = manager().get(retention(repository) + "/preview").is(200).json();
    page.path("packages").forEach(p -> digests.add(p.path("digest").asText()));
    return digests;
  }

  private SampleImage signed(Repository repository, String reference, SampleImage image) {
    repository.push(reference, image);
    PlatformSignature.sign(store, repository.name, image.digest());
    return image;
  }

  private String signed(Repository repository, String reference, String type, String manifest) {
    byte[] content = utf8(manifest);
    String digest = PlatformSignature.sha256(content);
    repository.pusher.putManifest(repository.name, reference, type, content).is(201);
    PlatformSignature.sign(store, repository.name, digest);
    return digest;
  }

  private String index(Repository repository, String reference, String child) {
    String content =
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\""
            + OCI
            + "\",\"size\":7,\"digest\":\""
            + child
            + "\"}]}";
    String digest = PlatformSignature.sha256(utf8(content));
    return signed(
        repository, reference.isEmpty() ? digest : reference, SampleImage.OCI_INDEX, content);
  }

  private String referrer(Repository repository, String subject) {
    repository.pusher.upload(repository.name, utf8("{}"));
    String content =
        "{\"schemaVersion\":2,\"mediaType\":\""
            + OCI
            + "\",\"artifactType\":\"application/vnd.test\",\"config\":{\"mediaType\":"
            + "\"application/vnd.oci.empty.v1+json\",\"size\":2,\"digest\":\""
            + EMPTY_JSON
            + "\"},\"layers\":[{\"mediaType\":\"application/vnd.oci.empty.v1+json\",\"size\":2,"
            + "\"digest\":\""
            + EMPTY_JSON
            + "\"}],\"subject\":{\"mediaType\":\""
            + OCI
            + "\",\"size\":7,\"digest\":\""
            + subject
            + "\"}}";
    return signed(repository, PlatformSignature.sha256(utf8(content)), OCI, content);
  }

  private void run(Repository repository) {
    manager().send("POST", retention(repository) + "/run", Registry.bytes(new byte[0])).is(202);
    await().until(() -> preview(repository).isEmpty());
  }

  private boolean isThere(Repository repository, String digest) {
    return repository.pusher.head(repository.manifests(digest)).status() == 200;
  }

  @Test
  void whatAKeptIndexATagAndASignatureNeedStays() {
    Repository repository = repository();
    SampleImage old = signed(repository, "t", SampleImage.oci(1));
    SampleImage tagged = signed(repository, "t", SampleImage.oci(2));
    SampleImage child = SampleImage.oci(3);
    signed(repository, child.digest(), child);
    String index = index(repository, "multi", child.digest());
    SampleImage lostChild = SampleImage.oci(4);
    signed(repository, lostChild.digest(), lostChild);
    String lostIndex = index(repository, "", lostChild.digest());
    String kept = referrer(repository, tagged.digest());
    String gone = referrer(repository, old.digest());
    SampleImage waits = SampleImage.oci(5);
    repository.push(waits.digest(), waits);
    SampleImage attested = SampleImage.oci(6);
    signed(repository, attested.digest(), attested);
    String attestation = SignatureTags.tag(Digest.of(attested.digest()), "att").orElseThrow();
    SampleImage note = repository.push(attestation, SampleImage.oci(7));
    new Records(store)
        .update(
            OciKeys.manifest(repository.name, note.digest()),
            ManifestRecord.class,
            now -> now.map(m -> m.exempt(SignatureLayout.values()[0])));
    assertThat(preview(repository)).isEmpty();

    rules(repository, UNTAGGED);

    assertThat(preview(repository))
        .contains(
            old.digest(), lostIndex, lostChild.digest(), gone, attested.digest(), note.digest())
        .doesNotContain(tagged.digest(), index, child.digest(), kept, waits.digest());
    for (String stays : preview(repository)) {
      assertThat(isThere(repository, stays)).as("a preview deletes nothing").isTrue();
    }

    run(repository);

    for (String goes :
        List.of(
            old.digest(), lostIndex, lostChild.digest(), gone, attested.digest(), note.digest())) {
      assertThat(isThere(repository, goes)).as(goes).isFalse();
    }
    for (String stays :
        List.of(tagged.digest(), index, child.digest(), kept, waits.digest(), "t", "multi")) {
      assertThat(isThere(repository, stays)).as(stays).isTrue();
    }
    assertThat(repository.tag(attestation)).isEmpty();
  }

  @Test
  void theLastOfSomeTagsStay() {
    Repository repository = repository("{\"immutableTags\":[\"ci-1\"]}");
    List<SampleImage> images = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      images.add(signed(repository, "ci-" + i, SampleImage.oci(10 + i)));
    }
    SampleImage also = images.get(2);
    repository
        .pusher
        .putManifest(
            repository.name,
            "release",
            also.manifest().mediaType(),
            also.manifest().content().toArray())
        .is(201);

    rules(repository, "{\"tags\":\"ci-*\",\"keepLast\":2}");

    // ci-1 is immutable, ci-2 has another tag, ci-3 and ci-4 are the last.
    assertThat(preview(repository)).containsExactly(images.get(0).digest());
    run(repository);
    assertThat(repository.tag("ci-0")).isEmpty();
    for (String tag : List.of("ci-1", "ci-2", "ci-3", "ci-4", "release")) {
      assertThat(isThere(repository, tag)).as(tag).isTrue();
    }
  }

  @Test
  void aTaggedReferrerKeepsItsSubject() {
    Repository repository = repository();
    SampleImage subject = SampleImage.oci(20);
    signed(repository, subject.digest(), subject);
    String referrer = referrer(repository, subject.digest());
    rules(repository, UNTAGGED);
    assertThat(preview(repository)).contains(subject.digest(), referrer);
    byte[] content = repository.record(referrer).orElseThrow().content().toArray();

    repository.pusher.putManifest(repository.name, "sbom", OCI, content).is(201);

    assertThat(preview(repository)).isEmpty();
  }

  @Test
  void onlyManagersSayWhatGoes() {
    Repository repository = repository();
    repository.pusher.get(retention(repository)).is(401);
    new Registry(base, "Bearer " + repository.pushToken).get(retention(repository)).is(403);
    assertThat(manager().get(retention(repository)).is(200).json().path("rules")).isEmpty();
    rules(repository, "{\"names\":\"*/web\",\"keepLast\":3,\"format\":\"oci\"}");
    // Settings of formats are put without a word of rules.
    manager()
        .send(
            "PUT",
            "/api/v1/repositories/" + repository.path,
            Registry.bytes(utf8("{\"settings\":{}}")))
        .is(200);
    JsonNode rule = manager().get(retention(repository)).json().path("rules").path(0);
    assertThat(rule.path("keepLast").asInt()).isEqualTo(3);
    assertThat(rule.path("names").asText()).isEqualTo("*/web");
    for (String bad :
        List.of(
            "{}",
            "{\"keepLast\":0}",
            "{\"olderThan\":\"yesterday\"}",
            "{\"olderThan\":\"-P1D\"}",
            "{\"keepLast\":1,\"format\":\"strange\"}",
            "{\"keepLast\":1,\"names\":\"\"}",
            "{\"keepLast\":1,\"unknown\":true}",
            "null")) {
      manager()
          .send("PUT", retention(repository), Registry.bytes(utf8("{\"rules\":[" + bad + "]}")))
          .is(400);
    }
    manager().get("/api/v1/repositories/oci-test/never-made/retention").is(404);
  }
}
