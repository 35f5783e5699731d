package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.oci.Registry.Answer;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong uploads of blobs: the right answer, and nothing left behind. */
@QuarkusTest
class BadUploadTest extends RegistryTestBase {
  private static final int PART = PartReceiver.PART;
  private Repository repository;
  private TreeSet<String> before;

  @BeforeEach
  void remember() {
    repository = repository();
    before = settled();
  }

  @AfterEach
  void nothingIsLeftBehind() {
    assertSettlesTo(before);
  }

  private String start() {
    return repository.pusher.start(repository.name);
  }

  private Answer patch(String location, byte[] content, String... headers) {
    return repository.pusher.send("PATCH", location, Registry.bytes(content), headers);
  }

  private Answer put(String location, String digest, byte[] content, String... headers) {
    return repository.pusher.send(
        "PUT", Registry.with(location, digest), Registry.bytes(content), headers);
  }

  private static String wrongDigest(String algorithm) {
    return Registry.digest(algorithm, utf8("something else"));
  }

  // ---- bad digest -----------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"sha256,0", "sha256,100", "sha256,9000", "sha256,9000000", "sha512,9000"})
  void aWrongDigestInOneRequest(String algorithm, int size) {
    String digest = wrongDigest(algorithm);
    repository
        .pusher
        .send(
            "POST",
            repository.uploads() + "?digest=" + Registry.encoded(digest),
            Registry.bytes(random(size, 1)))
        .isRefused(400, "DIGEST_INVALID");

    repository.pusher.head(repository.blobs(digest)).is(404);
  }

  @ParameterizedTest
  @CsvSource({"sha256,0", "sha256,100", "sha256,9000", "sha256,9000000", "sha512,9000"})
  void aWrongDigestInAPutAfterAPost(String algorithm, int size) {
    put(start(), wrongDigest(algorithm), random(size, 2)).isRefused(400, "DIGEST_INVALID");
  }

  @ParameterizedTest
  @CsvSource({"sha256,100", "sha256,9000000", "sha512,9000"})
  void aWrongDigestAfterAStream(String algorithm, int size) {
    String location =
        repository
            .pusher
            .send("PATCH", start(), Registry.streamed(random(size, 3)))
            .is(202)
            .location();

    put(location, wrongDigest(algorithm), new byte[0]).isRefused(400, "DIGEST_INVALID");
  }

  @ParameterizedTest
  @CsvSource({"sha256,2", "sha256,14", "sha512,2"})
  void aWrongDigestAfterChunks(String algorithm, int chunks) {
    String location = start();
    for (int i = 0; i < chunks; i++) {
      location =
          patch(location, random(500, i), "Content-Range", i * 500 + "-" + (i * 500 + 499))
              .is(202)
              .location();
    }

    put(location, wrongDigest(algorithm), new byte[0]).isRefused(400, "DIGEST_INVALID");
  }

  @Test
  void aWrongDigestAfterAChunkAndABody() {
    String location = patch(start(), random(500, 1)).is(202).location();

    put(location, wrongDigest("sha256"), random(500, 2)).isRefused(400, "DIGEST_INVALID");
  }

  @Test
  void theRightDigestAfterAWrongOneStillCompletesTheUpload() {
    byte[] content = random(PART + 5, 4);
    String location = patch(start(), content).is(202).location();
    put(location, wrongDigest("sha256"), new byte[0]).isRefused(400, "DIGEST_INVALID");

    String digest = Registry.digest("sha256", content);
    put(location, digest, new byte[0]).is(201);

    assertThat(repository.reader.get(repository.blobs(digest)).is(200).body()).isEqualTo(content);
    admin().delete(repository.blobs(digest)).is(202);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sha256",
        "sha256:",
        "sha256:baddigeststring",
        "sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85",
        "md5:d41d8cd98f00b204e9800998ecf8427e",
        "sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "sha256:../../../../etc/passwd"
      })
  void aMalformedDigest(String digest) {
    repository
        .pusher
        .send(
            "POST", repository.uploads() + "?digest=" + Registry.encoded(digest), Registry.NOTHING)
        .isRefused(400, "DIGEST_INVALID");
    put(start(), digest, random(10, 1)).isRefused(400, "DIGEST_INVALID");
    repository
        .pusher
        .send(
            "POST",
            repository.uploads() + "?from=a/b&mount=" + Registry.encoded(digest),
            Registry.NOTHING)
        .isRefused(400, "DIGEST_INVALID");
  }

  @Test
  void noDigestAtAll() {
    repository
        .pusher
        .send("PUT", start(), Registry.bytes(random(10, 1)))
        .isRefused(400, "DIGEST_INVALID");
  }

  // ---- order of chunks ------------------------------------------------------------------------

  @Test
  void aChunkOutOfOrderChangesNothing() {
    byte[] content = random(3000, 5);
    byte[] first = Arrays.copyOfRange(content, 0, 1000);
    byte[] second = Arrays.copyOfRange(content, 1000, 3000);
    String location = start();

    Answer early = patch(location, second, "Content-Range", "1000-2999");
    early.isRefused(416, "BLOB_UPLOAD_INVALID").has("Range", "0-0");
    location = patch(early.location(), first, "Content-Range", "0-999").is(202).location();
    Answer again = patch(location, first, "Content-Range", "0-999");
    again.isRefused(416, "BLOB_UPLOAD_INVALID").has("Range", "0-999");
    Answer status = repository.pusher.get(again.location()).is(204).has("Range", "0-999");
    Answer gap = patch(status.location(), second, "Content-Range", "1001-3000");
    gap.isRefused(416, "BLOB_UPLOAD_INVALID").has("Range", "0-999");
    String digest = Registry.digest("sha256", content);
    put(gap.location(), digest, second, "Content-Range", "0-1999")
        .isRefused(416, "BLOB_UPLOAD_INVALID");

    // The session is as good as before.
    put(gap.location(), digest, second, "Content-Range", "1000-2999").is(201);
    assertThat(repository.reader.get(repository.blobs(digest)).is(200).body()).isEqualTo(content);
    admin().delete(repository.blobs(digest)).is(202);
  }

  @Test
  void aRangeThatIsNotAsLongAsTheBody() {
    String location = start();
    byte[] chunk = random(1000, 6);

    patch(location, chunk, "Content-Range", "0-998").isRefused(416, "BLOB_UPLOAD_INVALID");
    patch(location, chunk, "Content-Range", "0-1000").isRefused(416, "BLOB_UPLOAD_INVALID");
    for (String range : new String[] {"0-998", "0-1000"}) {
      repository
          .pusher
          .send("PATCH", location, Registry.streamed(chunk), "Content-Range", range)
          .isRefused(400, "SIZE_INVALID");
    }
    repository.pusher.get(location).is(204).has("Range", "0-0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes 0-9/10", "bytes=0-9", "9-0", "0", "a-b", "-9", "0-", ""})
  void aRangeThatIsNone(String range) {
    patch(start(), random(10, 7), "Content-Range", range).isRefused(400, "BLOB_UPLOAD_INVALID");
  }

  // ---- sessions -------------------------------------------------------------------------------

  @Test
  void anUploadThatWasNeverOpened() {
    for (String location :
        new String[] {
          repository.uploads() + UUID.randomUUID(),
          repository.uploads() + UUID.randomUUID() + "?state=",
          repository.uploads() + "x?state=e30.e30",
          repository.uploads() + UUID.randomUUID() + "?state=" + "A".repeat(200) + ".AAAA"
        }) {
      repository.pusher.get(location).isRefused(404, "BLOB_UPLOAD_UNKNOWN");
      patch(location, random(10, 8)).isRefused(404, "BLOB_UPLOAD_UNKNOWN");
      put(location, wrongDigest("sha256"), random(10, 8)).isRefused(404, "BLOB_UPLOAD_UNKNOWN");
      repository.pusher.delete(location).isRefused(404, "BLOB_UPLOAD_UNKNOWN");
    }
  }

  @Test
  void aStateThatSomebodyChanged() {
    String location = patch(start(), random(2000, 9)).is(202).location();
    int state = location.indexOf("state=") + "state=".length();

    for (int at = state; at < location.length(); at += 7) {
      char c = location.charAt(at) == 'A' ? 'B' : 'A';
      String forged = location.substring(0, at) + c + location.substring(at + 1);
      repository.pusher.get(forged).isRefused(404, "BLOB_UPLOAD_UNKNOWN");
    }
    repository.pusher.get(location).is(204);
  }

  @Test
  void aStateOfAnotherUploadOrName() {
    String own = start();
    String other = start();
    String id = own.substring(repository.uploads().length(), own.indexOf('?'));
    String foreign = other.substring(other.indexOf('?'));

    repository
        .pusher
        .get(repository.uploads() + id + foreign)
        .isRefused(404, "BLOB_UPLOAD_UNKNOWN");
    String inOtherName = own.replace(repository.name, repository.path + "/api");
    patch(inOtherName, random(10, 1)).isRefused(404, "BLOB_UPLOAD_UNKNOWN");
    String inOtherRepository = own.replace(repository.path, repository().path);
    admin()
        .send("PATCH", inOtherRepository, Registry.bytes(random(10, 1)))
        .isRefused(404, "BLOB_UPLOAD_UNKNOWN");
    before = withNewRepository();
  }

  private TreeSet<String> withNewRepository() {
    // Only what describes the repository that the test made itself may be new.
    TreeSet<String> now = settled();
    assertThat(without(now, before))
        .allMatch(k -> k.startsWith("repositories/") || k.startsWith("tokens/"));
    return now;
  }

  @Test
  void aCancelledUploadIsOver() {
    byte[] content = random(9000, 10);
    String location = patch(start(), content).is(202).location();

    repository.pusher.delete(location).is(204);

    String digest = Registry.digest("sha256", content);
    repository.pusher.get(location).isRefused(404, "BLOB_UPLOAD_UNKNOWN");
    patch(location, content).isRefused(404, "BLOB_UPLOAD_UNKNOWN");
    put(location, digest, new byte[0]).isRefused(404, "BLOB_UPLOAD_UNKNOWN");
    repository.pusher.delete(location).isRefused(404, "BLOB_UPLOAD_UNKNOWN");
    repository.pusher.head(repository.blobs(digest)).is(404);
  }

  @Test
  void anAbandonedUploadIsForgotten() {
    patch(start(), random(2 * PART, 11)).is(202);
    String location = start();
    for (int i = 0; i < 15; i++) {
      location = patch(location, random(10, i)).is(202).location();
    }
  }

  // ---- names, methods -------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(
      strings = {
        "oci-test/UPPER",
        "oci-test/a..b",
        "oci-test/_a",
        "oci-test/a_",
        "oci-test/a___b",
        "oci-test/-a",
        "oci-test/a%20b",
        "oci-test/a.",
        "oci-test/a%00"
      })
  void aNameThatIsNone(String name) {
    admin()
        .send("POST", "/v2/" + name + "/blobs/uploads/", Registry.NOTHING)
        .isRefused(400, "NAME_INVALID");
    admin().get("/v2/" + name + "/tags/list").isRefused(400, "NAME_INVALID");
    admin()
        .putManifest(name, "latest", "application/vnd.oci.image.manifest.v1+json", utf8("{}"))
        .isRefused(400, "NAME_INVALID");
  }

  @Test
  void aNameThatIsTooLong() {
    String name = repository.path + "/" + "a".repeat(256 - repository.path.length() - 1);
    admin()
        .send("POST", "/v2/" + name + "/blobs/uploads/", Registry.NOTHING)
        .isRefused(400, "NAME_INVALID");
  }

  @Test
  void aNameWithoutARepository() {
    admin()
        .send("POST", "/v2/onlyone/blobs/uploads/", Registry.NOTHING)
        .isRefused(404, "NAME_UNKNOWN");
  }

  @Test
  void methodsThatAnEndpointDoesNotHave() {
    String digest = wrongDigest("sha256");
    String blob = repository.blobs(digest);
    repository.pusher.send("PUT", blob, Registry.NOTHING).isRefused(405, "UNSUPPORTED");
    repository.pusher.send("PATCH", blob, Registry.NOTHING).isRefused(405, "UNSUPPORTED");
    repository.pusher.send("POST", blob, Registry.NOTHING).isRefused(405, "UNSUPPORTED");
    repository.pusher.get(repository.uploads()).isRefused(405, "UNSUPPORTED");
    repository
        .pusher
        .send("PATCH", repository.manifests("latest"), Registry.NOTHING)
        .isRefused(405, "UNSUPPORTED");
    repository
        .pusher
        .send("PUT", "/v2/" + repository.name + "/tags/list", Registry.NOTHING)
        .isRefused(405, "UNSUPPORTED");
    repository.pusher.get("/v2/" + repository.name + "/nothing").isRefused(404, "UNSUPPORTED");
  }
}
