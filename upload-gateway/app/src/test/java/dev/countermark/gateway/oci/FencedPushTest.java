package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.gateway.repositories.Repositories;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Who was let into a repository that is deleted meanwhile leaves nothing in it. */
@QuarkusTest
class FencedPushTest extends RegistryTestBase {
  @Inject Repositories repositories;

  /** The gateway remembers for two seconds that it is there. */
  private void deleteUnnoticed(Repository repository) {
    repository.reader.get("/v2/" + repository.name + "/tags/list");
    store.delete(ObjectKeys.repository(RepositoryName.of(repository.path)));
  }

  /** The repository, deleted and made again, with what an earlier one left. */
  private RepositoryRecord makeAgain(Repository repository) {
    return new Records(store)
        .update(
            ObjectKeys.repository(RepositoryName.of(repository.path)),
            RepositoryRecord.class,
            old -> old.map(r -> new RepositoryRecord(1, r.repository(), Instant.EPOCH)))
        .orElseThrow();
  }

  @Test
  void whatWasLeftOfAnEarlierRepositoryIsShownToNobody() {
    Repository repository = repository();
    SampleImage image = repository.push("1.0", SampleImage.oci(3));
    RepositoryRecord now = makeAgain(repository);
    repositories.forget(now.repository());

    repository.reader.get(repository.manifests("1.0")).isRefused(404, "MANIFEST_UNKNOWN");
    repository.reader.get(repository.manifests(image.digest())).isRefused(404, "MANIFEST_UNKNOWN");
    repository.reader.get("/" + repository.path + "/status/oci/web@" + image.digest()).is(404);
    String index =
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}]}"
            .formatted(
                image.manifest().mediaType(), image.digest(), image.manifest().content().length());
    repository
        .pusher
        .send(
            "PUT",
            repository.manifests("all"),
            Registry.bytes(utf8(index)),
            "Content-Type",
            "application/vnd.oci.image.index.v1+json")
        .isRefused(404, "MANIFEST_BLOB_UNKNOWN");
  }

  @Test
  void whatIsInTheNextOneIsShownByAGatewayThatRemembersTheEarlierOne() {
    Repository repository = repository();
    SampleImage image = repository.push("1.0", SampleImage.oci(3));
    repository.reader.get(repository.manifests("1.0")).is(200);
    RepositoryRecord now = makeAgain(repository);
    new Records(store)
        .update(
            OciKeys.manifest(repository.name, image.digest()),
            ManifestRecord.class,
            old -> old.map(m -> m.into(now)));

    repository.reader.get(repository.manifests("1.0")).is(200);
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
