package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code /packages} tells of images, and to whom. */
@QuarkusTest
class ImageListTest extends RegistryTestBase {
  private JsonNode list(Repository repository, Registry caller, String query) {
    return caller
        .get("/api/v1/repositories/" + repository.path + "/packages" + query)
        .is(200)
        .json()
        .path("packages");
  }

  private static List<String> digests(JsonNode packages) {
    List<String> digests = new ArrayList<>();
    packages.forEach(p -> digests.add(p.path("digest").asText()));
    return digests;
  }

  @Test
  void tagsComeAndGo() {
    Repository repository = repository();
    SampleImage first = repository.push("t", SampleImage.oci(1));
    assertThat(digests(list(repository, repository.pusher, "?state=untagged"))).isEmpty();

    SampleImage second = repository.push("t", SampleImage.oci(2));

    assertThat(digests(list(repository, repository.pusher, "?state=untagged")))
        .containsExactly(first.digest());
    JsonNode all = list(repository, repository.pusher, "?format=oci&prefix=" + repository.name);
    assertThat(digests(all)).containsExactlyInAnyOrder(first.digest(), second.digest());
    for (JsonNode image : all) {
      boolean tagged = image.path("digest").asText().equals(second.digest());
      assertThat(image.path("tags")).hasSize(tagged ? 1 : 0);
      assertThat(image.path("name").asText()).isEqualTo(repository.name);
      assertThat(image.path("size").asLong()).isPositive();
    }

    repository.pusher.delete(repository.manifests("t")).is(202);

    assertThat(digests(list(repository, repository.pusher, "?state=untagged"))).hasSize(2);
  }

  @Test
  void readersSeeWhatTheyCanPull() {
    Repository open = repository();
    SampleImage image = open.push("t", SampleImage.oci(3));
    assertThat(digests(list(open, open.reader, "?state=pending"))).containsExactly(image.digest());

    Repository hidden = repository("{\"visibility\":\"after-signing\"}");
    hidden.push("t", image);
    assertThat(digests(list(hidden, hidden.reader, ""))).isEmpty();
    assertThat(digests(list(hidden, hidden.pusher, ""))).containsExactly(image.digest());

    PlatformSignature.sign(store, hidden.name, image.digest());

    assertThat(digests(list(hidden, hidden.reader, "?state=signed")))
        .containsExactly(image.digest());
  }

  @Test
  void signaturesAreExempt() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(4));
    PlatformSignature.sign(store, repository.name, image.digest());
    repository.pusher.get("/v2/" + repository.name + "/referrers/" + image.digest()).is(200);

    assertThat(digests(list(repository, repository.pusher, "?state=exempt")))
        .isNotEmpty()
        .doesNotContain(image.digest());
    assertThat(digests(list(repository, repository.pusher, "?state=untagged"))).isEmpty();
  }
}
