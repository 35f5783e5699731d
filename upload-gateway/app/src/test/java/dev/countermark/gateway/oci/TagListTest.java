package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.gateway.oci.Registry.Answer;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tags and names, page by page. */
@QuarkusTest
class TagListTest extends RegistryTestBase {
  private static String list(Repository repository, String query) {
    return "/v2/" + repository.name + "/tags/list" + query;
  }

  private static List<String> tags(Answer answer) {
    return texts(answer.is(200).has("Content-Type", "application/json").json().path("tags"));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(t -> texts.add(t.asText()));
    return texts;
  }

  private void tag(Repository repository, SampleImage image, String... tags) {
    for (String tag : tags) {
      repository
          .pusher
          .putManifest(
              repository.name,
              tag,
              image.manifest().mediaType(),
              image.manifest().content().toArray())
          .is(201);
    }
  }

  @Test
  void allInByteOrder() {
    Repository repository = repository();
    SampleImage image = repository.push("b", SampleImage.oci(1));
    tag(repository, image, "a", "B", "1", "_x", "a.1", "a-1");

    Answer answer = repository.reader.get(list(repository, ""));

    assertThat(tags(answer)).containsExactly("1", "B", "_x", "a", "a-1", "a.1", "b");
    assertThat(answer.json().path("name").asText()).isEqualTo(repository.name);
    assertThat(answer.header("Link")).isEmpty();
  }

  @Test
  void inPages() {
    Repository repository = repository();
    SampleImage image = repository.push("t0", SampleImage.oci(2));
    tag(repository, image, "t1", "t2", "t3", "t4");

    List<String> seen = new ArrayList<>();
    String next = list(repository, "?n=2");
    int pages = 0;
    while (next != null) {
      Answer answer = repository.reader.get(next);
      List<String> page = tags(answer);
      assertThat(page).hasSizeBetween(1, 2);
      seen.addAll(page);
      pages++;
      next =
          answer
              .header("Link")
              .map(link -> link.replaceAll("<(.*)>; rel=\"next\"", "$1"))
              .orElse(null);
    }

    assertThat(seen).containsExactly("t0", "t1", "t2", "t3", "t4");
    assertThat(pages).isEqualTo(3);
    assertThat(tags(repository.reader.get(list(repository, "?last=t2"))))
        .containsExactly("t3", "t4");
    assertThat(tags(repository.reader.get(list(repository, "?last=t22&n=1"))))
        .containsExactly("t3");
    assertThat(tags(repository.reader.get(list(repository, "?last=zz")))).isEmpty();
    Answer none = repository.reader.get(list(repository, "?n=0"));
    assertThat(tags(none)).isEmpty();
    assertThat(none.header("Link")).isEmpty();
    Answer exact = repository.reader.get(list(repository, "?n=5"));
    assertThat(tags(exact)).hasSize(5);
    assertThat(exact.header("Link")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "x", "1.5", "99999999999", "0x10"})
  void aLimitThatIsNone(String n) {
    Repository repository = repository();
    repository.push("t", SampleImage.oci(3));

    repository.reader.get(list(repository, "?n=" + n)).isRefused(400, "UNSUPPORTED");
  }

  /** Whoever asks for all of them gets the first page, and the way to the next. */
  @Test
  void manyTagsAreManyPagesWhateverWasAskedFor() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(7));
    byte[] tag = store.get(OciKeys.tag(repository.name, "t")).orElseThrow().content();
    for (int i = 0; i < 1_500; i++) {
      store.create(OciKeys.tag(repository.name, "u" + i), tag);
    }
    assertThat(repository.record(image.digest())).isPresent();

    for (String query : new String[] {"", "?n=100000"}) {
      Answer first = repository.reader.get(list(repository, query));
      assertThat(tags(first)).hasSize(1_000);
      String next = first.header("Link").orElseThrow();
      next = next.substring(next.indexOf('<') + 1, next.indexOf('>'));
      assertThat(tags(repository.reader.get(next))).hasSize(501);
    }
  }

  @Test
  void anUnknownNameIsUnknownAndAnEmptyOneEmpty() {
    Repository repository = repository();
    repository.reader.get(list(repository, "")).isRefused(404, "NAME_UNKNOWN");

    repository.push("t", SampleImage.oci(4));
    admin().delete(repository.manifests("t")).is(202);

    assertThat(tags(repository.reader.get(list(repository, "")))).isEmpty();
  }

  @Test
  void namesThatBeginAlikeAreKeptApart() {
    Repository repository = repository();
    repository.push("t", SampleImage.oci(5));

    repository.reader.get("/v2/" + repository.name + "-2/tags/list").isRefused(404, "NAME_UNKNOWN");
    repository.reader.get("/v2/" + repository.path + "/tags/list").isRefused(404, "NAME_UNKNOWN");
    repository
        .reader
        .get("/v2/" + repository.name + "/deeper/tags/list")
        .isRefused(404, "NAME_UNKNOWN");
  }

  @Test
  void thePlatformsSignaturesAreNoTags() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(6));
    PlatformSignature.sign(store, repository.name, image.digest());
    repository.reader.get(repository.manifests(SignatureTagTest.tag(image.digest()))).is(200);

    assertThat(tags(repository.reader.get(list(repository, "")))).containsExactly("t");
  }

  @Test
  void usersSignatureTagsAreListedUnlessHidden() {
    for (boolean hide : new boolean[] {false, true}) {
      Repository repository = repository("{\"hideSignatureTags\":" + hide + "}");
      SampleImage image = repository.push("t", SampleImage.oci(7));
      repository.push("u", SampleImage.oci(8));
      String signature = SignatureTagTest.tag(image.digest());
      repository
          .pusher
          .putManifest(
              repository.name,
              signature,
              SampleImage.OCI_MANIFEST,
              SignatureTagTest.cosign(repository, signature, "dXNlcg=="))
          .is(201);

      List<String> tags = tags(repository.reader.get(list(repository, "?n=2")));

      assertThat(tags)
          .containsExactlyElementsOf(hide ? List.of("t", "u") : List.of(signature, "t"));
      repository.reader.get(repository.manifests(signature)).is(200);
    }
  }

  @Test
  void theAdministratorListsAllNames() {
    Repository repository = repository();
    repository.push("t", SampleImage.oci(9));
    repository.pusher.upload(repository.path + "/another", utf8("x"));

    List<String> names = new ArrayList<>();
    String next = "/v2/_catalog?n=1";
    while (next != null) {
      Answer answer = admin().get(next).is(200);
      names.addAll(texts(answer.json().path("repositories")));
      next =
          answer
              .header("Link")
              .map(link -> link.replaceAll("<(.*)>; rel=\"next\"", "$1"))
              .orElse(null);
    }

    assertThat(names)
        .contains(repository.name, repository.path + "/another")
        .doesNotHaveDuplicates();
    repository.pusher.get("/v2/_catalog").isRefused(403, "DENIED");
    anonymous().get("/v2/_catalog").isRefused(401, "UNAUTHORIZED");
  }
}
