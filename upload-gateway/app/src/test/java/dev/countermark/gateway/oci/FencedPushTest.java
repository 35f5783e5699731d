package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** Who was let into a repository that is deleted meanwhile leaves nothing in it. */
@QuarkusTest
class FencedPushTest extends RegistryTestBase {
  /** The gateway remembers for two seconds that it is there. */
  private void deleteUnnoticed(Repository repository) {
    repository.reader.get("/v2/" + repository.name + "/tags/list");
    store.delete(ObjectKeys.repository(RepositoryName.of(repository.path)));
  }

  @Test
  void aBlob() {
    Repository repository = repository();
    byte[] content = random(1_000, 1);
    String digest = Registry.digest("sha256", content);
    deleteUnnoticed(repository);

    repository
        .pusher
        .send("POST", repository.uploads() + "?digest=" + digest, Registry.bytes(content))
        .is(404);

    assertThat(keys(OciKeys.repository(RepositoryName.of(repository.path)))).isEmpty();
  }

  @Test
  void aManifestWithItsTag() {
    Repository repository = repository();
    SampleImage image = repository.push("1.0", SampleImage.oci(3));
    SampleImage other = image.annotated("org.example.build", "2");
    deleteUnnoticed(repository);

    repository
        .pusher
        .send(
            "PUT",
            repository.manifests("2.0"),
            Registry.bytes(other.manifest().content().toArray()),
            "Content-Type",
            other.manifest().mediaType())
        .is(404);

    assertThat(store.head(OciKeys.manifest(repository.name, other.digest()))).isEmpty();
    assertThat(store.head(OciKeys.tag(repository.name, "2.0"))).isEmpty();
  }
}
