package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.blobs.Records;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.conformance.PackagesBucket;
import dev.countermark.conformance.PausedPart;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.oci.Images;
import dev.countermark.conformance.oci.OciOptions;
import dev.countermark.conformance.oci.OciRepository;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.testkit.oci.Manifest;
import dev.countermark.testkit.oci.SampleImage;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Indexes in indexes: what is signed was checked down to the bottom. */
@ExtendWith({PlatformExtension.class, BesideOthers.class})
class NestedIndexesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Of indexes in each other. */
  private static final int DEEPEST = 8;

  private Platform platform;
  private OciRepository repository;
  private String name;

  @BeforeEach
  void open(Platform platform) {
    this.platform = platform;
    repository =
        OciRepository.open(platform, OciOptions.defaults().with("visibility", "after-signing"));
    name = repository.name("app");
  }

  private static Manifest index(Manifest... children) {
    ObjectNode index = JsonNodeFactory.instance.objectNode().put("schemaVersion", 2);
    index.put("mediaType", SampleImage.OCI_INDEX);
    ArrayNode manifests = index.putArray("manifests");
    for (Manifest child : children) {
      manifests.add(
          SampleImage.descriptor(child.mediaType(), child.digest(), child.content().length()));
    }
    return new Manifest(SampleImage.OCI_INDEX, Bytes.of(Json.write(index)));
  }

  private HttpResponse<byte[]> put(Manifest manifest) {
    return repository
        .registry()
        .send(
            "PUT",
            "/v2/" + name + "/manifests/" + manifest.digest(),
            manifest.content().toArray(),
            Map.of("Content-Type", manifest.mediaType()));
  }

  private void assertRefused(Manifest manifest, String why) {
    HttpResponse<byte[]> answer = put(manifest);
    String text = new String(answer.body(), StandardCharsets.UTF_8);
    assertThat(answer.statusCode()).as(text).isEqualTo(400);
    assertThat(text).contains("\"MANIFEST_INVALID\"").contains(why);
    assertThat(repository.registry().manifest(name, manifest.digest())).isEmpty();
  }

  /** Pushes indexes around each other; the innermost first. */
  private List<Manifest> nested(Manifest innermost, int depth) {
    List<Manifest> indexes = new ArrayList<>();
    Manifest inner = innermost;
    for (int i = 0; i < depth; i++) {
      inner = index(inner);
      indexes.add(inner);
      assertThat(put(inner).statusCode()).as("index %s", i + 1).isEqualTo(201);
    }
    return indexes;
  }

  private Manifest image(long seed) {
    SampleImage image = SampleImage.oci(seed);
    repository.registry().push(name, image.digest(), image);
    return image.manifest();
  }

  @Test
  void deeperThanIsSignedAreRefusedAtEveryDepth() {
    List<Manifest> indexes = nested(image(1), DEEPEST);
    Manifest deepest = indexes.get(DEEPEST - 1);

    Manifest deeper = deepest;
    for (int depth = DEEPEST + 1; depth <= 12; depth++) {
      deeper = index(deeper);
      HttpResponse<byte[]> answer = put(deeper);
      // The first is too deep, those around it name what nobody has.
      assertThat(answer.statusCode())
          .as("depth %s", depth)
          .isEqualTo(depth == DEEPEST + 1 ? 400 : 404);
    }
    // A short way to the bottom does not hide the long one.
    assertRefused(index(indexes.get(0), deepest), "at most " + DEEPEST);
    assertRefused(index(deepest, indexes.get(0)), "at most " + DEEPEST);
    Images.assertSignedOnce(platform, repository, "app", deepest.digest());
  }

  /** Whatever is between. */
  @Test
  void nothingAroundARefusedImageIsSigned() {
    Manifest sound = image(2);
    Manifest image = image(3);
    List<Manifest> indexes;
    try (PausedPart signer = new PausedPart(platform, Platform.SIGNER)) {
      Manifest innermost = index(image, sound);
      assertThat(put(innermost).statusCode()).isEqualTo(201);
      indexes = nested(innermost, DEEPEST - 1);
      refuse(image);
    }

    for (Manifest index : indexes) {
      await(index.digest())
          .atMost(PATIENCE)
          .until(
              () -> repository.status("app", index.digest()).path("status").asText(),
              "refused"::equals);
      assertRefused(index(index, sound), "refused");
    }
    assertRefused(index(sound, image), "refused");
    Images.assertSignedOnce(platform, repository, "app", sound.digest());
  }

  /** As a signer does. */
  private void refuse(Manifest manifest) {
    try (S3BlobStore store = PackagesBucket.of(platform)) {
      new Records(store)
          .update(
              OciKeys.manifest(name, manifest.digest()),
              ManifestRecord.class,
              old ->
                  old.map(
                      m -> m.refused(new RefusalNote(Refusal.TOO_LARGE, "test", Instant.now()))));
    }
  }

  @Test
  void anIndexIsNotAvailableBeforeItsChildren() {
    Manifest image = image(4);
    List<Manifest> indexes = nested(image, DEEPEST);

    repository.awaitSigned("app", indexes.get(DEEPEST - 1).digest());

    for (Manifest inner : indexes) {
      assertThat(repository.status("app", inner.digest()).path("status").asText())
          .isEqualTo("signed");
    }
    assertThat(repository.status("app", image.digest()).path("status").asText())
        .isEqualTo("signed");
  }
}
