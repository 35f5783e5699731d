package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.oci.Registry.Answer;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Parts of blobs.
 *
 * @see "RFC 9110, section 14"
 */
@QuarkusTest
class RangeTest extends RegistryTestBase {
  private Answer get(Repository repository, byte[] content, String range) {
    String digest = repository.pusher.upload(repository.name, content);
    return repository.reader.get(repository.blobs(digest), "Range", range);
  }

  private static void assertPart(Answer answer, byte[] content, int first, int last) {
    answer
        .is(206)
        .has("Content-Range", "bytes " + first + "-" + last + "/" + content.length)
        .has("Content-Length", Integer.toString(last - first + 1))
        .has("Docker-Content-Digest", Registry.digest("sha256", content));
    assertThat(Arrays.equals(answer.body(), Arrays.copyOfRange(content, first, last + 1))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0,0,0",
    "bytes=0-99,0,99",
    "bytes=10-19,10,19",
    "bytes=90-,90,99",
    "bytes=-5,95,99",
    "bytes=-500,0,99",
    "bytes=50-500,50,99"
  })
  void ofASmallBlob(String range, int first, int last) {
    byte[] content = random(100, 1);
    assertPart(get(repository(), content, range), content, first, last);
  }

  @Test
  void ofABlobInSeveralParts() {
    Repository repository = repository();
    byte[] content = random(2 * PartReceiver.PART + 1000, 2);
    Random random = new Random(3);
    for (int i = 0; i < 20; i++) {
      int first = random.nextInt(content.length);
      int last = first + random.nextInt(content.length - first);
      assertPart(get(repository, content, "bytes=" + first + "-" + last), content, first, last);
    }
    int border = PartReceiver.PART;
    assertPart(
        get(repository, content, "bytes=" + (border - 1) + "-" + border),
        content,
        border - 1,
        border);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=100-", "bytes=100-200", "bytes=50-0", "bytes=-0"})
  void thatTheBlobDoesNotHave(String range) {
    get(repository(), random(100, 4), range)
        .isRefused(416, "SIZE_INVALID")
        .has("Content-Range", "bytes */100");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=0-1,5-6", "lines=0-5", "bytes", "bytes=a-b", "bytes=-"})
  void thatIsNoSingleRangeOfBytesGetsTheWhole(String range) {
    byte[] content = random(100, 5);
    Answer answer = get(repository(), content, range).is(200).has("Accept-Ranges", "bytes");
    assertThat(answer.body()).isEqualTo(content);
  }

  @Test
  void ofAnEmptyBlobThereIsNone() {
    get(repository(), new byte[0], "bytes=0-").isRefused(416, "SIZE_INVALID");
  }

  @Test
  void aHeadAlwaysSpeaksOfTheWhole() {
    Repository repository = repository();
    String digest = repository.pusher.upload(repository.name, random(100, 6));

    repository
        .reader
        .head(repository.blobs(digest), "Range", "bytes=0-9")
        .is(200)
        .has("Content-Length", "100");
  }

  @ParameterizedTest
  @CsvSource({
    "sha256:0000000000000000000000000000000000000000000000000000000000000000,404,BLOB_UNKNOWN",
    "sha256:baddigeststring,400,DIGEST_INVALID",
    "latest,400,DIGEST_INVALID"
  })
  void aBlobThatIsNotThere(String reference, int status, String code) {
    Repository repository = repository();
    repository.reader.get(repository.blobs(reference)).isRefused(status, code);
    assertThat(repository.reader.head(repository.blobs(reference)).is(status).body()).isEmpty();
  }
}
