package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.gateway.oci.Registry.Answer;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** A registry takes no more than the quota of its repository. */
@QuarkusTest
class ImageQuotaTest extends RegistryTestBase {
  private void quota(Repository repository, String quota) {
    new Registry(base, "Bearer " + adminToken)
        .send(
            "PUT",
            "/api/v1/repositories/" + repository.path + "/quota",
            Registry.bytes(utf8(quota)))
        .is(200);
  }

  private Answer put(Repository repository, String reference, SampleImage image) {
    return repository.pusher.putManifest(
        repository.name,
        reference,
        image.manifest().mediaType(),
        image.manifest().content().toArray());
  }

  @Test
  void blobsAndManifestsAreRefusedBeforeAnythingIsStored() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(1));
    quota(repository, "{\"packages\":1}");

    repository
        .pusher
        .send("POST", repository.uploads(), Registry.bytes(new byte[0]))
        .isRefused(403, "DENIED");
    put(repository, "other", SampleImage.oci(2)).isRefused(403, "DENIED");

    // What is there already takes no more room.
    put(repository, "again", image).is(201);
    repository.pusher.delete(repository.manifests(image.digest())).is(202);
    repository.push("t", SampleImage.oci(2));
  }

  @Test
  void bytesAreThoseThatAManifestNames() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(3));
    quota(repository, "{\"bytes\":1}");

    Answer refused = put(repository, "other", SampleImage.oci(4));

    refused.isRefused(403, "DENIED");
    assertThat(refused.text()).contains("quota").contains("bytes");
    repository.reader.get(repository.manifests("t")).is(200);
    assertThat(repository.record(image.digest())).isPresent();
  }
}
