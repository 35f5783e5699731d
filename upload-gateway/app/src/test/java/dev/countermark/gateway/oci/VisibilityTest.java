package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Repositories that show an image only when it is signed. */
@QuarkusTest
class VisibilityTest extends RegistryTestBase {
  private static final String AFTER_SIGNING = "{\"visibility\":\"after-signing\"}";

  private void assertShows(Registry caller, Repository repository, String tag, SampleImage image) {
    caller.get(repository.manifests(tag)).is(200).has("Docker-Content-Digest", image.digest());
  }

  @Test
  void readersDoNotSeeWhatIsNotSigned() {
    Repository repository = repository(AFTER_SIGNING);
    SampleImage image = repository.push("t", SampleImage.oci(1));

    for (String reference : new String[] {"t", image.digest()}) {
      repository.reader.get(repository.manifests(reference)).isRefused(404, "MANIFEST_UNKNOWN");
      repository.reader.head(repository.manifests(reference)).is(404);
      repository
          .pusher
          .get(repository.manifests(reference))
          .is(200)
          .has("Warning", "299 - \"signature pending\"");
    }
    PlatformSignature.sign(store, repository.name, image.digest());

    for (String reference : new String[] {"t", image.digest()}) {
      assertThat(repository.reader.get(repository.manifests(reference)).is(200).header("Warning"))
          .isEmpty();
    }
  }

  @Test
  void readersSeeTheLastSignedImageOfATag() {
    Repository repository = repository(AFTER_SIGNING);
    SampleImage first = repository.push("t", SampleImage.oci(2));
    PlatformSignature.sign(store, repository.name, first.digest());

    SampleImage second = repository.push("t", SampleImage.oci(3));
    assertShows(repository.reader, repository, "t", first);
    assertShows(repository.pusher, repository, "t", second);
    // The one in between was never visible.
    SampleImage third = repository.push("t", SampleImage.oci(4));
    assertShows(repository.reader, repository, "t", first);

    PlatformSignature.sign(store, repository.name, third.digest());
    assertShows(repository.reader, repository, "t", third);
  }

  @Test
  void aRefusedImageStaysHidden() {
    Repository repository = repository(AFTER_SIGNING);
    SampleImage image = repository.push("t", SampleImage.oci(5));
    new Records(store)
        .update(
            OciKeys.manifest(repository.name, image.digest()),
            ManifestRecord.class,
            old ->
                old.map(
                    m ->
                        m.refused(
                            new RefusalNote(Refusal.values()[0], "for a test", Instant.EPOCH))));

    repository.reader.get(repository.manifests("t")).isRefused(404, "MANIFEST_UNKNOWN");
    assertThat(repository.pusher.get(repository.manifests("t")).is(200).header("Warning"))
        .hasValueSatisfying(w -> assertThat(w).contains("refused"));
  }

  @Test
  void signaturesAndArtifactsAreNotWaitedFor() {
    Repository repository = repository(AFTER_SIGNING);
    repository.pusher.upload(repository.name, utf8("{}"));
    byte[] signature =
        PlatformSignature.cosignManifest(
            EMPTY_JSON, 2, PlatformSignature.cosignLayer(EMPTY_JSON, 2, "dXNlcg=="));

    repository
        .pusher
        .putManifest(
            repository.name,
            "sha256-" + "2".repeat(64) + ".att",
            SampleImage.OCI_MANIFEST,
            signature)
        .is(201);

    repository.reader.get(repository.manifests("sha256-" + "2".repeat(64) + ".att")).is(200);
  }
}
