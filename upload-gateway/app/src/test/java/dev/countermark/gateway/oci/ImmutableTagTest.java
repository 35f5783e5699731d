package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.SignatureTags;
import dev.countermark.gateway.oci.Registry.Answer;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** Tags that neither move nor go. */
@QuarkusTest
class ImmutableTagTest extends RegistryTestBase {
  private static final String RELEASES = "{\"immutableTags\":[\"v*\",\"stable\"]}";

  private Answer put(Repository repository, String reference, SampleImage image) {
    return repository.pusher.putManifest(
        repository.name,
        reference,
        image.manifest().mediaType(),
        image.manifest().content().toArray());
  }

  private static String tag(Repository repository, String tag) {
    return repository.tag(tag).orElseThrow().digest();
  }

  @Test
  void doNotMove() {
    Repository repository = repository(RELEASES);
    SampleImage first = repository.push("v1", SampleImage.oci(1));
    SampleImage second = repository.push("latest", SampleImage.oci(2));

    put(repository, "v1", second).isRefused(403, "DENIED");
    put(repository, second.digest() + "?tag=fresh&tag=v1", second).isRefused(403, "DENIED");

    assertThat(tag(repository, "v1")).isEqualTo(first.digest());
    assertThat(repository.tag("fresh")).isEmpty();
    put(repository, "v1", first).is(201);
    put(repository, "latest", first).is(201);
    put(repository, "v2", first).is(201);
  }

  @Test
  void doNotGo() {
    Repository repository = repository(RELEASES);
    SampleImage image = repository.push("v1", SampleImage.oci(3));
    put(repository, "other", image).is(201);

    repository.pusher.delete(repository.manifests("v1")).isRefused(403, "DENIED");
    repository.pusher.delete(repository.manifests(image.digest())).isRefused(403, "DENIED");
    repository.pusher.delete(repository.manifests("other")).is(202);

    repository.reader.get(repository.manifests("v1")).is(200);
    SampleImage free = repository.push("latest", SampleImage.oci(4));
    repository.pusher.delete(repository.manifests(free.digest())).is(202);
  }

  /** Stops a pattern of all tags from being in the way of signers. */
  @Test
  void areNoneThatBelongToAnImage() {
    Repository repository = repository("{\"immutableTags\":[\"*\"]}");
    SampleImage image = repository.push("t", SampleImage.oci(5));
    String attestations = SignatureTags.tag(Digest.of(image.digest()), "att").orElseThrow();
    SampleImage first = repository.push(attestations, SampleImage.oci(6));
    SampleImage second = repository.push(attestations, SampleImage.oci(7));

    assertThat(first.digest()).isNotEqualTo(second.digest());
    assertThat(tag(repository, attestations)).isEqualTo(second.digest());
    repository.pusher.delete(repository.manifests(attestations)).is(202);
    put(repository, "t", second).isRefused(403, "DENIED");
  }

  @Test
  void goWithTheirRepository() {
    Repository repository = repository(RELEASES);
    repository.push("v1", SampleImage.oci(8));

    new Registry(base, "Bearer " + adminToken)
        .delete("/api/v1/repositories/" + repository.path)
        .is(204);

    assertThat(keys("oci/" + repository.path + "/")).isEmpty();
  }

  @Test
  void patternsAreChecked() {
    for (String bad :
        new String[] {"[\"\"]", "[null]", "\"v*\"", "[\"" + "x".repeat(200) + "\"]"}) {
      new Registry(base, "Bearer " + adminToken)
          .send(
              "PUT",
              "/api/v1/repositories/oci-test/patterns",
              Registry.bytes(utf8("{\"settings\":{\"oci\":{\"immutableTags\":" + bad + "}}}")))
          .is(400);
    }
  }
}
