package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.gateway.oci.Registry.Answer;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** An index is taken only when it can be signed, with all that it leads to. */
@QuarkusTest
class IndexPushTest extends RegistryTestBase {
  private static final String OCI = SampleImage.OCI_MANIFEST;

  /** What the descriptors say of what they name is not asked. */
  private static byte[] index(String... digests) {
    return utf8(
        "{\"schemaVersion\":2,\"manifests\":["
            + Arrays.stream(digests)
                .map(d -> "{\"mediaType\":\"" + OCI + "\",\"size\":7,\"digest\":\"" + d + "\"}")
                .collect(Collectors.joining(","))
            + "]}");
  }

  private static Answer push(Repository repository, byte[] index) {
    return repository.pusher.putManifest(
        repository.name, PlatformSignature.sha256(index), SampleImage.OCI_INDEX, index);
  }

  private static String pushed(Repository repository, String... digests) {
    byte[] index = index(digests);
    push(repository, index).is(201);
    return PlatformSignature.sha256(index);
  }

  @Test
  void asDeepAsItIsSigned() {
    Repository repository = repository();
    String bottom = pushed(repository, repository.push("t", SampleImage.oci(1)).digest());
    String inner = bottom;
    for (int depth = 2; depth <= 8; depth++) {
      inner = pushed(repository, inner);
    }

    push(repository, index(inner)).isRefused(400, "MANIFEST_INVALID");
    // A short way to the bottom does not hide the long one.
    push(repository, index(bottom, inner)).isRefused(400, "MANIFEST_INVALID");
    push(repository, index(inner, bottom)).isRefused(400, "MANIFEST_INVALID");
  }

  @Test
  void notAroundARefusedImage() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(2));
    String inner = pushed(repository, image.digest());
    new Records(store)
        .update(
            OciKeys.manifest(repository.name, image.digest()),
            ManifestRecord.class,
            old -> old.map(m -> m.refused(new RefusalNote(Refusal.TOO_LARGE, "x", Instant.EPOCH))));

    Answer answer = push(repository, index(image.digest(), inner));
    answer.isRefused(400, "MANIFEST_INVALID");
    assertThat(answer.text()).contains(image.digest()).contains("TOO_LARGE");
    push(repository, index(inner)).isRefused(400, "MANIFEST_INVALID");
  }

  /** It is not looked for what there is of so many. */
  @Test
  void withNoMoreThanIsSignedOfWhatNobodyHas() {
    String[] many = new String[25_000];
    Arrays.setAll(many, i -> "sha256:" + String.format("%064x", i));

    push(repository(), index(many)).isRefused(400, "MANIFEST_INVALID");
    push(repository(), index(Arrays.copyOf(many, 999))).isRefused(404, "MANIFEST_BLOB_UNKNOWN");
  }

  @Test
  void withNoMoreThanIsSigned() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(3));
    ManifestRecord like = repository.record(image.digest()).orElseThrow();
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      String digest = "sha256:" + String.format("%064x", i);
      many.add(digest);
      new Records(store)
          .create(
              OciKeys.manifest(repository.name, digest),
              new ManifestRecord(
                  1,
                  like.repository(),
                  like.name(),
                  digest,
                  OCI,
                  like.content(),
                  like.pushedAt(),
                  like.state(),
                  like.subject(),
                  like.signatures(),
                  like.refusal()));
    }

    push(repository, index(many.toArray(String[]::new))).isRefused(400, "MANIFEST_INVALID");
    push(repository, index(many.subList(0, 999).toArray(String[]::new))).is(201);
    String inner = pushed(repository, many.subList(0, 998).toArray(String[]::new));
    push(repository, index(inner, many.get(998))).isRefused(400, "MANIFEST_INVALID");
  }
}
