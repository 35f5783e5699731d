package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.gateway.oci.Registry.Answer;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may do what: wrong callers get the right answer and leave nothing behind. */
@QuarkusTest
class AccessTest extends RegistryTestBase {
  private static final byte[] CONTENT = random(9000, 1);

  private String bearer(Registry caller, String scope) {
    return "Bearer "
        + caller
            .get("/v2/token?service=registry.test:8080&scope=" + Registry.encoded(scope))
            .is(200)
            .json()
            .path("token")
            .asText();
  }

  private static List<Answer> writes(Registry caller, Repository repository) {
    String digest = Registry.digest("sha256", CONTENT);
    return List.of(
        caller.send("POST", repository.uploads(), Registry.NOTHING),
        caller.send(
            "POST",
            repository.uploads() + "?digest=" + Registry.encoded(digest),
            Registry.bytes(CONTENT)),
        caller.send("PATCH", repository.uploads() + "some-id?state=x", Registry.bytes(CONTENT)),
        caller.send(
            "PUT",
            repository.uploads() + "some-id?state=x&digest=" + Registry.encoded(digest),
            Registry.bytes(CONTENT)),
        caller.get(repository.uploads() + "some-id?state=x"),
        caller.putManifest(repository.name, "t", SampleImage.OCI_MANIFEST, utf8("{}")),
        caller.delete(repository.manifests("t")),
        caller.delete(repository.blobs(digest)),
        caller.delete(repository.uploads() + "some-id?state=x"));
  }

  private static List<Answer> reads(Registry caller, Repository repository) {
    return List.of(
        caller.get(repository.manifests("t")),
        caller.get(repository.blobs(Registry.digest("sha256", CONTENT))),
        caller.get("/v2/" + repository.name + "/tags/list"),
        caller.get("/v2/" + repository.name + "/referrers/sha256:" + "0".repeat(64)));
  }

  @Test
  void thePingAsksForCredentials() {
    for (String path : new String[] {"/v2/", "/v2"}) {
      anonymous()
          .get(path)
          .isRefused(401, "UNAUTHORIZED")
          .has(
              "WWW-Authenticate",
              "Bearer realm=\"http://registry.test:8080/v2/token\",service=\"registry.test:8080\"")
          .has("Docker-Distribution-Api-Version", "registry/2.0");
      admin().get(path).is(200).has("Docker-Distribution-Api-Version", "registry/2.0");
      assertThat(admin().get(path).text()).isEqualTo("{}");
    }
  }

  @Test
  void withoutCredentials() {
    Repository repository = repository();
    var before = settled();

    for (Answer answer : writes(anonymous(), repository)) {
      answer.isRefused(401, "UNAUTHORIZED");
      assertThat(answer.header("WWW-Authenticate"))
          .hasValueSatisfying(c -> assertThat(c).contains("repository:" + repository.name + ":"));
    }
    for (Answer answer : reads(anonymous(), repository)) {
      answer.isRefused(401, "UNAUTHORIZED");
      assertThat(answer.header("WWW-Authenticate"))
          .hasValueSatisfying(
              c -> assertThat(c).contains("scope=\"repository:" + repository.name + ":pull\""));
    }
    assertSettlesTo(before);
  }

  @Test
  void withWrongCredentials() {
    Repository repository = repository();
    String withoutEnd = repository.pushToken.substring(0, repository.pushToken.length() - 1);
    var before = settled();

    for (String authorization :
        new String[] {
          Registry.basic(withoutEnd),
          Registry.basic("nonsense"),
          "Basic !!!",
          "Bearer nonsense",
          "Bearer " + repository.pushToken + "x",
          "Negotiate abc"
        }) {
      Registry caller = new Registry(base, authorization);
      writes(caller, repository).forEach(a -> a.isRefused(401, "UNAUTHORIZED"));
      reads(caller, repository).forEach(a -> a.isRefused(401, "UNAUTHORIZED"));
      caller.get("/v2/").isRefused(401, "UNAUTHORIZED");
    }
    assertSettlesTo(before);
  }

  @Test
  void withTheTokenOfAnotherRepository() {
    Repository repository = repository();
    Repository other = repository();
    var before = settled();

    writes(other.pusher, repository).forEach(a -> a.isRefused(403, "DENIED"));
    reads(other.pusher, repository).forEach(a -> a.isRefused(403, "DENIED"));
    Registry bearer =
        new Registry(
            base, bearer(other.pusher, "repository:" + repository.name + ":pull,push,delete"));
    writes(bearer, repository).forEach(a -> a.isRefused(403, "DENIED"));
    reads(bearer, repository).forEach(a -> a.isRefused(403, "DENIED"));
    assertSettlesTo(before);
  }

  @Test
  void aReaderOnlyReads() {
    Repository repository = repository();
    repository.push("t", SampleImage.oci(1));
    var before = settled();

    writes(repository.reader, repository).forEach(a -> a.isRefused(403, "DENIED"));

    repository.reader.get(repository.manifests("t")).is(200);
    assertSettlesTo(before);
  }

  @Test
  void aBearerTokenCoversWhatItWasIssuedFor() {
    Repository repository = repository();
    repository.push("t", SampleImage.oci(2));
    String scope = "repository:" + repository.name + ":";
    Registry puller = new Registry(base, bearer(repository.pusher, scope + "pull"));

    puller.get(repository.manifests("t")).is(200);
    Answer refused = puller.send("POST", repository.uploads(), Registry.NOTHING);
    refused.isRefused(401, "UNAUTHORIZED");
    assertThat(refused.header("WWW-Authenticate"))
        .hasValueSatisfying(c -> assertThat(c).contains("error=\"insufficient_scope\""));
    Registry pusher = new Registry(base, bearer(repository.pusher, scope + "push,pull"));
    assertThat(pusher.upload(repository.name, CONTENT)).isNotEmpty();
  }

  @Test
  void anybodyReadsAPublicRepository() {
    Repository repository = repository("{\"anonymousPull\":true}");
    repository.push("t", SampleImage.oci(3));
    Registry other = repository().reader;

    for (Registry caller : List.of(anonymous(), other)) {
      caller.get(repository.manifests("t")).is(200);
      caller.get("/v2/" + repository.name + "/tags/list").is(200);
    }
    writes(anonymous(), repository).forEach(a -> a.isRefused(401, "UNAUTHORIZED"));
    writes(other, repository).forEach(a -> a.isRefused(403, "DENIED"));
    anonymous().get("/v2/").isRefused(401, "UNAUTHORIZED");
  }

  @Test
  void aRepositoryThatIsDeletedServesNothing() {
    Repository repository = repository();
    repository.push("t", SampleImage.oci(4));
    var kept = keys("content/");
    new Registry(base, "Bearer " + adminToken)
        .delete("/api/v1/repositories/" + repository.path)
        .is(204);

    reads(repository.pusher, repository).forEach(a -> a.isRefused(401, "UNAUTHORIZED"));
    admin().get(repository.manifests("t")).isRefused(404, "MANIFEST_UNKNOWN");
    assertThat(settled()).noneMatch(k -> k.contains(repository.path + "/"));
    assertThat(keys("content/").size()).isLessThanOrEqualTo(kept.size());
  }

  @Test
  void theAdministratorCreatesARepositoryByPushing() {
    String name = "oci-test/by-push/web";

    admin().get("/v2/" + name + "/tags/list").isRefused(404, "NAME_UNKNOWN");
    assertThat(keys("repositories/oci-test/by-push")).isEmpty();
    admin().upload(name, CONTENT);

    assertThat(keys("repositories/oci-test/by-push")).hasSize(1);
  }
}
