package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.oci.OciKeys;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.oci.Registry.Answer;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ways to bring a blob. */
@QuarkusTest
class BlobUploadTest extends RegistryTestBase {
  private static final int PART = PartReceiver.PART;

  private void assertHolds(Repository repository, String digest, byte[] content) {
    Answer got = repository.reader.get(repository.blobs(digest)).is(200);
    assertThat(Arrays.equals(got.body(), content)).isTrue();
    got.has("Docker-Content-Digest", digest)
        .has("Content-Length", Integer.toString(content.length))
        .has("Content-Type", "application/octet-stream");
    repository
        .reader
        .head(repository.blobs(digest))
        .is(200)
        .has("Docker-Content-Digest", digest)
        .has("Content-Length", Integer.toString(content.length));
  }

  @ParameterizedTest
  @CsvSource({
    "sha256,0",
    "sha256,1",
    "sha256,8192",
    "sha256,8193",
    "sha256,4194304",
    "sha256,4194305",
    "sha256,9000000",
    "sha512,0",
    "sha512,100",
    "sha512,9000000"
  })
  void inOneRequest(String algorithm, int size) {
    Repository repository = repository();
    byte[] content = random(size, size);
    String digest = Registry.digest(algorithm, content);

    Answer created =
        repository
            .pusher
            .send(
                "POST",
                repository.uploads() + "?digest=" + Registry.encoded(digest),
                Registry.bytes(content))
            .is(201)
            .has("Docker-Content-Digest", digest);

    assertThat(created.location()).isEqualTo(repository.blobs(digest));
    assertHolds(repository, digest, content);
  }

  @ParameterizedTest
  @CsvSource({"sha256,0", "sha256,100", "sha256,4194305", "sha512,4194305"})
  void inOnePutAfterAPost(String algorithm, int size) {
    Repository repository = repository();
    byte[] content = random(size, size);
    String digest = Registry.digest(algorithm, content);
    String location = repository.pusher.start(repository.name);

    repository
        .pusher
        .send("PUT", Registry.with(location, digest), Registry.bytes(content))
        .is(201)
        .has("Docker-Content-Digest", digest)
        .has("Location", repository.blobs(digest));

    assertHolds(repository, digest, content);
  }

  @ParameterizedTest
  @CsvSource({"sha256,0", "sha256,100", "sha256,9000000", "sha512,100", "sha512,9000000"})
  void streamedWithoutLengthAndRange(String algorithm, int size) {
    Repository repository = repository();
    byte[] content = random(size, size);
    String digest = Registry.digest(algorithm, content);
    String location = repository.pusher.start(repository.name);

    Answer patched =
        repository
            .pusher
            .send("PATCH", location, Registry.streamed(content))
            .is(202)
            .has("Range", "0-" + Math.max(0, size - 1));
    repository
        .pusher
        .send("PUT", Registry.with(patched.location(), digest), Registry.NOTHING)
        .is(201);

    assertHolds(repository, digest, content);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5, 12, 13, 30})
  void inChunks(int chunks) {
    Repository repository = repository();
    byte[] content = random(chunks * 1000 + 7, chunks);
    String digest = Registry.digest("sha256", content);
    String location = repository.pusher.start(repository.name);

    for (int i = 0; i < chunks; i++) {
      byte[] chunk = Arrays.copyOfRange(content, i * 1000, (i + 1) * 1000);
      Answer patched =
          repository
              .pusher
              .send(
                  "PATCH",
                  location,
                  Registry.bytes(chunk),
                  "Content-Range",
                  i * 1000 + "-" + (i * 1000 + 999))
              .is(202)
              .has("Range", "0-" + ((i + 1) * 1000 - 1));
      location = patched.location();
      assertThat(location).hasSizeLessThan(4000);
      Answer status = repository.pusher.get(location).is(204);
      status.has("Range", "0-" + ((i + 1) * 1000 - 1));
      location = status.location();
    }
    // The last chunk rides in the PUT.
    byte[] last = Arrays.copyOfRange(content, chunks * 1000, content.length);
    repository
        .pusher
        .send(
            "PUT",
            Registry.with(location, digest),
            Registry.bytes(last),
            "Content-Range",
            chunks * 1000 + "-" + (content.length - 1))
        .is(201);

    assertHolds(repository, digest, content);
    settled();
    assertThat(keys(OciKeys.UPLOADS)).isEmpty();
    assertHolds(repository, digest, content);
  }

  @Test
  void everyStepSaysWhereToGoOn() {
    Repository repository = repository();

    Answer started =
        repository
            .pusher
            .send("POST", repository.uploads(), Registry.NOTHING)
            .is(202)
            .has("Range", "0-0")
            .has("Content-Length", "0");
    String id = started.header("Docker-Upload-UUID").orElseThrow();

    assertThat(started.location()).startsWith(repository.uploads() + id + "?state=");
    repository
        .pusher
        .get(started.location())
        .is(204)
        .has("Range", "0-0")
        .has("Docker-Upload-UUID", id);
    repository.pusher.head(started.location()).is(204);
  }

  @Test
  void aPostOfClientsThatSayJsonOpensAnUpload() {
    Repository repository = repository();

    repository
        .pusher
        .send("POST", repository.uploads(), Registry.NOTHING, "Content-Type", "application/json")
        .is(202);
  }

  @Test
  void theUploadPathWorksWithoutTheLastSlash() {
    Repository repository = repository();

    repository
        .pusher
        .send("POST", "/v2/" + repository.name + "/blobs/uploads", Registry.NOTHING)
        .is(202);
  }

  @Test
  void theAlgorithmMayBeAnnounced() {
    Repository repository = repository();
    String uploads = repository.uploads() + "?digest-algorithm=";

    repository.pusher.send("POST", uploads + "sha512", Registry.NOTHING).is(202);
    repository
        .pusher
        .send("POST", uploads + "md5", Registry.NOTHING)
        .isRefused(400, "DIGEST_INVALID");
  }

  @Test
  void aFinishedUploadMayBeFinishedAgain() {
    Repository repository = repository();
    byte[] content = random(10_000, 1);
    String digest = Registry.digest("sha256", content);
    String patched =
        repository
            .pusher
            .send("PATCH", repository.pusher.start(repository.name), Registry.bytes(content))
            .is(202)
            .location();
    String put = Registry.with(patched, digest);

    repository.pusher.send("PUT", put, Registry.NOTHING).is(201);
    var keys = settled();
    repository.pusher.send("PUT", put, Registry.NOTHING).is(201);

    assertSettlesTo(keys);
    assertHolds(repository, digest, content);
  }

  @Test
  void aBlobThatIsThereAlreadyTakesNoMoreRoom() {
    Repository repository = repository();
    byte[] content = random(PART + 10, 2);
    repository.pusher.upload(repository.name, content);
    var keys = settled();

    repository.pusher.upload(repository.name, content);

    assertThat(keys("")).isEqualTo(keys);
    assertHolds(repository, Registry.digest("sha256", content), content);
  }

  @Test
  void aBlobBelongsToItsNameOnly() {
    Repository repository = repository();
    String digest = repository.pusher.upload(repository.name, random(100, 3));

    repository
        .pusher
        .get("/v2/" + repository.path + "/other/blobs/" + digest)
        .isRefused(404, "BLOB_UNKNOWN");
    repository().pusher.head(repository.blobs(digest)).is(403);
  }

  @Test
  void theStateOfAnUploadLiesInItsAddressAlone() {
    Repository repository = repository();
    byte[] content = random(3 * PART, 4);
    String location = repository.pusher.start(repository.name);
    for (int i = 0; i < 3; i++) {
      byte[] chunk = Arrays.copyOfRange(content, i * PART, (i + 1) * PART);
      location =
          repository.pusher.send("PATCH", location, Registry.streamed(chunk)).is(202).location();
    }

    assertThat(keys(OciKeys.UPLOADS)).isEmpty();
    String digest = Registry.digest("sha256", content);
    repository.pusher.send("PUT", Registry.with(location, digest), Registry.NOTHING).is(201);
    assertHolds(repository, digest, content);
  }
}
