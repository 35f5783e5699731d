package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** What a deletion takes along, and what not. */
@QuarkusTest
class DeleteTest extends RegistryTestBase {
  private static final String OCI = SampleImage.OCI_MANIFEST;

  private void tag(Repository repository, String tag, SampleImage image) {
    repository
        .pusher
        .putManifest(
            repository.name,
            tag,
            image.manifest().mediaType(),
            image.manifest().content().toArray())
        .is(201);
  }

  @Test
  void aTagGoesAlone() {
    Repository repository = repository();
    SampleImage image = repository.push("one", SampleImage.oci(1));
    tag(repository, "two", image);

    admin().delete(repository.manifests("one")).is(202);

    repository.reader.head(repository.manifests("one")).is(404);
    repository.reader.get(repository.manifests("two")).is(200);
    repository.reader.get(repository.manifests(image.digest())).is(200);
    admin().delete(repository.manifests("one")).isRefused(404, "MANIFEST_UNKNOWN");
  }

  @Test
  void aManifestTakesItsTagsAlong() {
    Repository repository = repository();
    SampleImage image = repository.push("one", SampleImage.oci(2));
    tag(repository, "two", image);
    SampleImage other = repository.push("other", SampleImage.oci(3));

    admin().delete(repository.manifests(image.digest())).is(202);

    for (String reference : new String[] {"one", "two", image.digest()}) {
      repository.reader.get(repository.manifests(reference)).isRefused(404, "MANIFEST_UNKNOWN");
    }
    repository
        .reader
        .head(repository.manifests("other"))
        .is(200)
        .has("Docker-Content-Digest", other.digest());
    admin().delete(repository.manifests(image.digest())).isRefused(404, "MANIFEST_UNKNOWN");
  }

  @Test
  void aManifestTakesItsSignaturesAndReferrersAlong() {
    Repository repository = repository();
    // Once: the records of blobs and the empty object stay, whatever is pushed and deleted above.
    SampleImage image = repository.push("t", SampleImage.oci(4));
    repository.pusher.upload(repository.name, utf8("{}"));
    PlatformSignature.attest(repository, image.digest().replace(':', '-') + ".att", "{}");
    admin().delete(repository.manifests(image.digest())).is(202);
    var before = settled();

    repository.push("t", image);
    var signatures = PlatformSignature.sign(store, repository.name, image.digest());
    String referrers = "/v2/" + repository.name + "/referrers/" + image.digest();
    repository.reader.get(referrers).is(200);
    repository.reader.get(repository.manifests(SignatureTagTest.tag(image.digest()))).is(200);
    String users = referrer(repository, image.digest());
    String ofThat = referrer(repository, users);
    String attestation =
        PlatformSignature.attest(repository, image.digest().replace(':', '-') + ".att", "{}");

    admin().delete(repository.manifests(image.digest())).is(202);

    for (String digest :
        new String[] {
          users,
          ofThat,
          signatures.signatureManifest().orElseThrow(),
          signatures.bundleManifests().get(0),
          attestation
        }) {
      repository.reader.get(repository.manifests(digest)).isRefused(404, "MANIFEST_UNKNOWN");
    }
    assertThat(repository.reader.get(referrers).is(200).json().path("manifests")).isEmpty();
    assertSettlesTo(before);
  }

  private String referrer(Repository repository, String subject) {
    byte[] content =
        utf8(
            "{\"schemaVersion\":2,\"artifactType\":\"application/vnd.test\",\"config\":{"
                + "\"mediaType\":\"application/vnd.oci.empty.v1+json\",\"digest\":\""
                + EMPTY_JSON
                + "\",\"size\":2},\"subject\":{\"mediaType\":\""
                + OCI
                + "\",\"digest\":\""
                + subject
                + "\",\"size\":7}}");
    repository
        .pusher
        .putManifest(repository.name, Registry.digest("sha256", content), OCI, content)
        .is(201);
    return Registry.digest("sha256", content);
  }

  @Test
  void aReferrerIsNoLongerListed() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(5));
    repository.pusher.upload(repository.name, utf8("{}"));
    String referrer = referrer(repository, image.digest());

    admin().delete(repository.manifests(referrer)).is(202);

    assertThat(
            repository
                .reader
                .get("/v2/" + repository.name + "/referrers/" + image.digest())
                .is(200)
                .json()
                .path("manifests"))
        .isEmpty();
    repository.reader.get(repository.manifests("t")).is(200);
  }

  @Test
  void anIndexLeavesItsImages() {
    Repository repository = repository();
    SampleImage index = repository.push("i", SampleImage.ociIndex(6));

    admin().delete(repository.manifests(index.digest())).is(202);

    for (SampleImage child : index.children()) {
      repository.reader.get(repository.manifests(child.digest())).is(200);
    }
  }

  @Test
  void anImageCanBePushedAgain() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(7));
    PlatformSignature.sign(store, repository.name, image.digest());
    admin().delete(repository.manifests(image.digest())).is(202);

    repository.push("t", image);

    repository
        .reader
        .get(repository.manifests("t"))
        .is(200)
        .has("Warning", "299 - \"signature pending\"");
    assertThat(repository.announced()).containsExactly(image.digest(), image.digest());
  }

  @Test
  void aBlobGoesAtOnceAndItsBytesLater() {
    Repository repository = repository();
    var before = settled();
    String digest = repository.pusher.upload(repository.name, random(9000, 8));

    admin().delete(repository.blobs(digest)).is(202);

    repository.reader.head(repository.blobs(digest)).is(404);
    admin().delete(repository.blobs(digest)).isRefused(404, "BLOB_UNKNOWN");
    assertSettlesTo(before);
  }

  @Test
  void aDeletedBlobIsMissingInTheNextManifest() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(9));
    SampleImage next = image.annotated("another", "one");
    String layer = image.blobs().keySet().iterator().next();
    admin().delete(repository.blobs(layer)).is(202);

    repository
        .pusher
        .putManifest(repository.name, "t2", OCI, next.manifest().content().toArray())
        .isRefused(404, "MANIFEST_BLOB_UNKNOWN");
  }

  @Test
  void malformedReferences() {
    Repository repository = repository();
    admin().delete(repository.manifests("sha256:baddigeststring")).isRefused(400, "DIGEST_INVALID");
    admin().delete(repository.blobs("sha256:baddigeststring")).isRefused(400, "DIGEST_INVALID");
    admin().delete(repository.manifests("-x")).isRefused(404, "MANIFEST_UNKNOWN");
    admin().delete("/v2/" + repository.name + "/tags/list").isRefused(405, "UNSUPPORTED");
  }

  @Test
  void readersDeleteNothing() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(10));

    repository.reader.delete(repository.manifests("t")).isRefused(403, "DENIED");
    repository.reader.delete(repository.manifests(image.digest())).isRefused(403, "DENIED");
    repository
        .reader
        .delete(repository.blobs(image.blobs().keySet().iterator().next()))
        .isRefused(403, "DENIED");
    repository.reader.get(repository.manifests("t")).is(200);
  }
}
