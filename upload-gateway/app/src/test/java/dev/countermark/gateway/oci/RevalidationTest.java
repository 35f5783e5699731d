package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.gateway.oci.Registry.Answer;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/**
 * Who has a manifest or blob already is not sent it again.
 *
 * @see "RFC 9110, section 13.1.2"
 */
@QuarkusTest
class RevalidationTest extends RegistryTestBase {
  private static final String ASKED = "If-None-Match";

  private static void assertUnchanged(Answer answer, String digest) {
    answer.is(304).has("ETag", '"' + digest + '"').has("Docker-Content-Digest", digest);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void ofManifests() {
    Repository repository = repository();
    repository.push("1.0", SampleImage.oci(1));
    String digest =
        repository
            .reader
            .get(repository.manifests("1.0"))
            .is(200)
            .response()
            .headers()
            .firstValue("Docker-Content-Digest")
            .orElseThrow();

    for (String reference : new String[] {"1.0", digest}) {
      String path = repository.manifests(reference);
      for (String held : new String[] {'"' + digest + '"', "W/\"" + digest + "\", \"x\"", "*"}) {
        assertUnchanged(repository.reader.get(path, ASKED, held), digest);
        assertUnchanged(repository.reader.head(path, ASKED, held), digest);
      }
      repository.reader.get(path, ASKED, "\"sha256:0\"").is(200);
    }
  }

  /** What is held is held, whatever part of it is asked for. */
  @Test
  void ofBlobs() {
    Repository repository = repository();
    String digest = repository.pusher.upload(repository.name, random(100, 1));
    String path = repository.blobs(digest);

    assertUnchanged(repository.reader.get(path, ASKED, '"' + digest + '"'), digest);
    assertUnchanged(repository.reader.head(path, ASKED, '"' + digest + '"'), digest);
    assertUnchanged(
        repository.reader.get(path, ASKED, '"' + digest + '"', "Range", "bytes=500-"), digest);
    repository.reader.get(path, ASKED, "\"sha256:0\"", "Range", "bytes=0-9").is(206);
  }

  /** The question is one for who may read, about what is there. */
  @Test
  void neverOfWhatIsNotToBeSeen() {
    Repository repository = repository("{\"visibility\":\"after-signing\"}");
    repository.push("1.0", SampleImage.oci(2));

    repository.reader.get(repository.manifests("1.0"), ASKED, "*").is(404);
    repository.reader.get(repository.manifests("2.0"), ASKED, "*").is(404);
    anonymous().get(repository.manifests("1.0"), ASKED, "*").is(401);
  }
}
