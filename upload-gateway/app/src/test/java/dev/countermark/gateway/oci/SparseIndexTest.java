package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.State;
import dev.countermark.gateway.oci.Registry.Answer;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** An index that lists more than there is, where the repository wants that. */
@QuarkusTest
class SparseIndexTest extends RegistryTestBase {
  private static final String MISSING = "sha256:" + "a".repeat(64);

  private static byte[] index(String... digests) {
    return utf8(
        "{\"schemaVersion\":2,\"manifests\":["
            + Arrays.stream(digests)
                .map(
                    d ->
                        "{\"mediaType\":\"%s\",\"size\":7,\"digest\":\"%s\"}"
                            .formatted(SampleImage.OCI_MANIFEST, d))
                .collect(Collectors.joining(","))
            + "]}");
  }

  private static Answer push(Repository repository, byte[] index) {
    return repository.pusher.putManifest(
        repository.name, PlatformSignature.sha256(index), SampleImage.OCI_INDEX, index);
  }

  @Test
  void isRefusedByDefault() {
    Repository repository = repository();
    String there = repository.push("t", SampleImage.oci(1)).digest();

    Answer answer = push(repository, index(there, MISSING));

    answer.isRefused(404, "MANIFEST_BLOB_UNKNOWN");
    assertThat(answer.text()).contains(MISSING);
  }

  @Test
  void isTakenWhereTheRepositoryWantsIt() {
    Repository repository = repository("{\"sparseIndexes\":true}");
    String there = repository.push("t", SampleImage.oci(1)).digest();
    byte[] index = index(there, MISSING);

    push(repository, index).is(201);

    String digest = PlatformSignature.sha256(index);
    assertThat(repository.record(digest))
        .hasValueSatisfying(r -> assertThat(r.state()).isEqualTo(State.RECEIVED));
    repository.reader.get(repository.manifests(digest)).is(200);
    repository.reader.get(repository.manifests(there)).is(200);
    repository.reader.get(repository.manifests(MISSING)).isRefused(404, "MANIFEST_UNKNOWN");
  }

  /** Blobs are what images are made of: without them there is none. */
  @Test
  void lacksNoBlobs() {
    Repository repository = repository("{\"sparseIndexes\":true}");
    byte[] image =
        utf8(
            "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"x/y\",\"size\":7,\"digest\":\"%s\"}}"
                .formatted(MISSING));

    repository
        .pusher
        .putManifest(repository.name, "t", SampleImage.OCI_MANIFEST, image)
        .isRefused(404, "MANIFEST_BLOB_UNKNOWN");
  }

  /** What is missing counts like what is there: it may come. */
  @Test
  void hasTheLimitsOfOthers() {
    Repository repository = repository("{\"sparseIndexes\":true}");
    String[] many =
        IntStream.range(0, 1000).mapToObj("sha256:%064x"::formatted).toArray(String[]::new);

    push(repository, index(many)).isRefused(400, "MANIFEST_INVALID");
    push(repository, index(Arrays.copyOf(many, 999))).is(201);
  }

  /** That a signed index lists an image is no reason to show it. */
  @Test
  void showsNothingThatIsNotSigned() {
    Repository repository = repository("{\"sparseIndexes\":true,\"visibility\":\"after-signing\"}");
    SampleImage later = SampleImage.oci(7);
    byte[] index = index(later.digest());
    push(repository, index).is(201);
    PlatformSignature.sign(store, repository.name, PlatformSignature.sha256(index));

    repository.push("later", later);

    repository.reader.get(repository.manifests(PlatformSignature.sha256(index))).is(200);
    repository.reader.get(repository.manifests(later.digest())).is(404);
    repository.pusher.get(repository.manifests(later.digest())).is(200);
  }
}
