package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.BlobRecord;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.integrity.Quarantine;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bytes that are not what was stored are never handed out as if they were. */
@QuarkusTest
class DamagedBlobTest extends RegistryTestBase {
  @Inject Quarantine quarantine;

  private void flip(String key) {
    byte[] content = store.get(key).orElseThrow().content();
    content[content.length / 3] ^= 1;
    store.put(key, content, content.length);
  }

  private static void assertDamaged(Registry.Answer answer) {
    answer.is(500);
    assertThat(answer.json().at("/errors/0/code").asText()).isEqualTo("UNKNOWN");
    assertThat(answer.json().at("/errors/0/message").asText()).contains("damaged");
  }

  @Test
  void aLayerOfOnePart() {
    Repository repository = repository();
    byte[] content = random(1 << 20, 1);
    String digest = repository.pusher.upload(repository.name, content);
    flip(OciKeys.blobBytes(repository.name, digest));

    assertDamaged(repository.reader.get(repository.blobs(digest)));
    assertDamaged(repository.reader.get(repository.blobs(digest), "Range", "bytes=0-9"));
    // Pushers ask so, are told that it is not there, and bring it again.
    repository.pusher.head(repository.blobs(digest)).is(404);
    repository.pusher.upload(repository.name, content);

    repository.pusher.head(repository.blobs(digest)).is(200);
    assertThat(repository.reader.get(repository.blobs(digest)).is(200).body()).isEqualTo(content);
  }

  @Test
  void aLargeLayerThatTheScrubberFound() {
    Repository repository = repository();
    byte[] content = random(2 * PartReceiver.PART + 10, 2);
    String digest = repository.pusher.upload(repository.name, content);
    String key = OciKeys.blob(repository.name, digest);
    BlobRecord blob = Json.read(store.get(key).orElseThrow().content(), BlobRecord.class);
    String part = ObjectKeys.content(blob.parts().get(1).sha256(), blob.parts().get(1).upload());
    flip(part);
    quarantine.hold(part, List.of(part));

    assertDamaged(repository.reader.get(repository.blobs(digest)));
    quarantine.hold(key, List.of(part));
    repository.pusher.head(repository.blobs(digest)).is(404);
    repository.pusher.upload(repository.name, content);

    assertThat(repository.reader.get(repository.blobs(digest)).is(200).body()).isEqualTo(content);
    // What was brought again repairs what nobody names any more.
    await().until(() -> !quarantine.holds(part));
  }

  @Test
  void aManifest() {
    Repository repository = repository();
    SampleImage image = repository.push("1.0", SampleImage.oci(3));
    flip(OciKeys.manifest(repository.name, image.digest()));

    assertDamaged(repository.reader.get(repository.manifests(image.digest())));
    assertDamaged(repository.reader.get(repository.manifests("1.0")));
    flip(OciKeys.manifest(repository.name, image.digest()));
    repository.reader.get(repository.manifests("1.0")).is(200);
  }

  @Test
  void theStatusOfAnImageTellsOfItsLayers() {
    Repository repository = repository();
    SampleImage image = repository.push("1.0", SampleImage.oci(4));
    String status = "/" + repository.path + "/status/oci/web@" + image.digest();
    assertThat(repository.reader.get(status).is(200).json().has("damaged")).isFalse();
    String layer = image.blobs().keySet().iterator().next();
    flip(OciKeys.blobBytes(repository.name, layer));
    assertDamaged(repository.reader.get(repository.blobs(layer)));

    assertThat(repository.reader.get(status).is(200).json().path("damaged").asBoolean()).isTrue();
    flip(OciKeys.blobBytes(repository.name, layer));
    repository.reader.get(repository.blobs(layer)).is(200);
  }

  @Test
  void aDamagedBlobIsNotMounted() {
    Repository from = repository();
    Repository to = repository("{\"anonymousPull\":true}");
    byte[] content = random(1_000, 5);
    String digest = from.pusher.upload(from.name, content);
    flip(OciKeys.blobBytes(from.name, digest));

    admin()
        .send(
            "POST",
            to.uploads() + "?mount=" + digest + "&from=" + from.name,
            Registry.bytes(new byte[0]))
        .is(202);
  }
}
