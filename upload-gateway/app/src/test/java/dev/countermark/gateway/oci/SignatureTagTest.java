package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The tag {@code sha256-<hex>.sig}: the platform's signature and users', none ever lost. */
@QuarkusTest
class SignatureTagTest extends RegistryTestBase {
  private static final String OCI = SampleImage.OCI_MANIFEST;
  private static final String PLATFORM = "cGxhdGZvcm0=";

  static String tag(String digest) {
    return digest.replace(':', '-') + ".sig";
  }

  /** A user's signature with the layers of these signatures, as cosign writes it. */
  private static byte[] cosign(Repository repository, String tag, String... signatures) {
    String subject = tag.replace("sha256-", "sha256:").replace(".sig", "");
    byte[] config = utf8("{\"n\":" + signatures.length + ",\"s\":\"" + signatures[0] + "\"}");
    repository.pusher.upload(repository.name, config);
    List<String> layers = new ArrayList<>();
    for (String signature : signatures) {
      byte[] payload = PlatformSignature.payload("of/" + signature, subject);
      String digest = repository.pusher.upload(repository.name, payload);
      layers.add(PlatformSignature.cosignLayer(digest, payload.length, signature));
    }
    return PlatformSignature.cosignManifest(
        PlatformSignature.sha256(config), config.length, layers.toArray(String[]::new));
  }

  /** The signatures that the tag shows; everything it names can be fetched. */
  private static List<String> shown(Repository repository, String tag) {
    JsonNode manifest =
        repository.reader.get(repository.manifests(tag)).is(200).has("Content-Type", OCI).json();
    List<String> signatures = new ArrayList<>();
    repository
        .reader
        .get(repository.blobs(manifest.path("config").path("digest").asText()))
        .is(200);
    for (JsonNode layer : manifest.path("layers")) {
      repository.reader.get(repository.blobs(layer.path("digest").asText())).is(200);
      signatures.add(layer.path("annotations").path("dev.cosignproject.cosign/signature").asText());
    }
    return signatures;
  }

  @Test
  void showsThePlatformsSignature() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(1));
    String tag = tag(image.digest());
    repository.reader.get(repository.manifests(tag)).isRefused(404, "MANIFEST_UNKNOWN");

    var signatures = PlatformSignature.sign(store, repository.name, image.digest());

    String digest = signatures.signatureManifest().orElseThrow();
    repository.reader.head(repository.manifests(tag)).is(200).has("Docker-Content-Digest", digest);
    assertThat(shown(repository, tag)).containsExactly(PLATFORM);
    assertThat(shown(repository, digest)).containsExactly(PLATFORM);
    assertThat(repository.tag(tag)).isEmpty();
  }

  @Test
  void showsUsersSignaturesAndThePlatforms() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(2));
    String tag = tag(image.digest());
    byte[] users = cosign(repository, tag, "dXNlcg==");

    repository.pusher.putManifest(repository.name, tag, OCI, users).is(201);
    assertThat(shown(repository, tag)).containsExactly("dXNlcg==");
    PlatformSignature.sign(store, repository.name, image.digest());

    assertThat(shown(repository, tag)).containsExactly("dXNlcg==", PLATFORM);
    String merged =
        repository
            .reader
            .head(repository.manifests(tag))
            .header("Docker-Content-Digest")
            .orElseThrow();
    assertThat(shown(repository, merged)).containsExactly("dXNlcg==", PLATFORM);
  }

  @Test
  void aUserWhoKeepsThePlatformsLayerGetsHisOwnBytes() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(3));
    String tag = tag(image.digest());
    PlatformSignature.sign(store, repository.name, image.digest());
    JsonNode own = repository.reader.get(repository.manifests(tag)).is(200).json();
    byte[] payload = PlatformSignature.payload("of/dXNlcg==", image.digest());
    String digest = repository.pusher.upload(repository.name, payload);
    byte[] appended =
        PlatformSignature.cosignManifest(
            own.path("config").path("digest").asText(),
            own.path("config").path("size").asInt(),
            own.path("layers").path(0).toString(),
            PlatformSignature.cosignLayer(digest, payload.length, "dXNlcg=="));

    repository.pusher.putManifest(repository.name, tag, OCI, appended).is(201);

    assertThat(repository.reader.get(repository.manifests(tag)).is(200).body()).isEqualTo(appended);
  }

  @Test
  void writersWhoDidNotSeeEachOtherLoseNothing() throws Exception {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(4));
    String tag = tag(image.digest());
    PlatformSignature.sign(store, repository.name, image.digest());
    ExecutorService writers = Executors.newFixedThreadPool(8);
    List<String> expected = new ArrayList<>(List.of(PLATFORM));
    try {
      List<Future<?>> pushes = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        String signature = "d3JpdGVy" + (char) ('A' + i) + "A==";
        expected.add(signature);
        pushes.add(
            writers.submit(
                () ->
                    repository
                        .pusher
                        .putManifest(repository.name, tag, OCI, cosign(repository, tag, signature))
                        .is(201)));
      }
      for (Future<?> push : pushes) {
        push.get();
      }
    } finally {
      writers.shutdownNow();
    }

    assertThat(shown(repository, tag)).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void ifMatchReplacesInsteadOfMerging() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(5));
    String tag = tag(image.digest());
    byte[] first = cosign(repository, tag, "Zmlyc3Q=");
    byte[] second = cosign(repository, tag, "c2Vjb25k");
    repository.pusher.putManifest(repository.name, tag, OCI, first).is(201);

    repository
        .pusher
        .putManifest(
            repository.name,
            tag,
            OCI,
            second,
            "If-Match",
            '"' + Registry.digest("sha256", first) + '"')
        .is(201);

    assertThat(repository.reader.get(repository.manifests(tag)).is(200).body()).isEqualTo(second);
  }

  @Test
  void deletingTheTagRemovesUsersSignaturesOnly() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(6));
    String tag = tag(image.digest());
    PlatformSignature.sign(store, repository.name, image.digest());
    repository
        .pusher
        .putManifest(repository.name, tag, OCI, cosign(repository, tag, "dXNlcg=="))
        .is(201);

    admin().delete(repository.manifests(tag)).is(202);

    assertThat(shown(repository, tag)).containsExactly(PLATFORM);
    admin().delete(repository.manifests(tag)).isRefused(405, "UNSUPPORTED");
  }

  @Test
  void anOrdinaryImageUnderASignatureTagIsNotMerged() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(7));
    PlatformSignature.sign(store, repository.name, image.digest());
    SampleImage other = repository.push(tag(image.digest()), SampleImage.oci(8));

    repository
        .reader
        .get(repository.manifests(tag(image.digest())))
        .is(200)
        .has("Docker-Content-Digest", other.digest());
    assertThat(repository.announced()).contains(other.digest());
  }
}
