package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.testkit.oci.SampleImage;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
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
  static byte[] cosign(Repository repository, String tag, String... signatures) {
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

    assertThat(shown(repository, tag)).containsExactly(PLATFORM, "dXNlcg==");
    String merged =
        repository
            .reader
            .head(repository.manifests(tag))
            .header("Docker-Content-Digest")
            .orElseThrow();
    assertThat(shown(repository, merged)).containsExactly(PLATFORM, "dXNlcg==");
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
  void whatIsNoSignatureIsRefusedBesideAnImage() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(7));
    String tag = tag(image.digest());
    byte[] other = repository.push("o", SampleImage.oci(8)).manifest().content().toArray();
    byte[] empty = utf8("{\"schemaVersion\":2,\"manifests\":[]}");
    byte[] docker =
        utf8(
            new String(cosign(repository, tag, "dXNlcg=="), StandardCharsets.UTF_8)
                .replace(OCI, SampleImage.DOCKER_MANIFEST));

    repository.pusher.putManifest(repository.name, tag, OCI, other).isRefused(403, "DENIED");
    repository
        .pusher
        .putManifest(repository.name, tag, SampleImage.OCI_INDEX, empty)
        .isRefused(403, "DENIED");
    repository
        .pusher
        .putManifest(repository.name, tag, SampleImage.DOCKER_MANIFEST, docker)
        .isRefused(403, "DENIED");
    repository
        .pusher
        .putManifest(repository.name, PlatformSignature.sha256(other) + "?tag=" + tag, OCI, other)
        .isRefused(403, "DENIED");
    assertThat(repository.tag(tag)).isEmpty();
  }

  /** It came before the image, when nobody could know. */
  @Test
  void oursIsShownWhateverLiesAtItsTag() {
    Repository repository = repository();
    SampleImage image = SampleImage.oci(9);
    String tag = tag(image.digest());
    SampleImage other = repository.push(tag, SampleImage.oci(10));
    assertThat(repository.announced()).contains(other.digest());
    byte[] empty = utf8("{\"schemaVersion\":2,\"manifests\":[]}");
    SampleImage second = SampleImage.oci(11);
    repository
        .pusher
        .putManifest(repository.name, tag(second.digest()), SampleImage.OCI_INDEX, empty)
        .is(201);

    for (SampleImage signed : List.of(image, second)) {
      repository.push("t", signed);
      PlatformSignature.sign(store, repository.name, signed.digest());
      assertThat(shown(repository, tag(signed.digest()))).containsExactly(PLATFORM);
    }
  }

  @Test
  void oursComesBeforeAsManyAsClientsRead() {
    Repository repository = repository();
    SampleImage image = SampleImage.oci(12);
    String tag = tag(image.digest());
    String[] many = new String[1000];
    Arrays.setAll(many, i -> Base64.getEncoder().encodeToString(utf8("signature " + i)));
    byte[] full = cosign(repository, tag, many);
    repository.pusher.putManifest(repository.name, tag, OCI, full).is(201);
    repository.push("t", image);
    PlatformSignature.sign(store, repository.name, image.digest());

    JsonNode layers =
        repository.reader.get(repository.manifests(tag)).is(200).json().path("layers");

    assertThat(layers).hasSize(1000);
    assertThat(layers.path(0).path("annotations").toString()).contains(PLATFORM);
    // One that did not see them would make it more than clients read.
    repository
        .pusher
        .putManifest(repository.name, tag, OCI, cosign(repository, tag, "bW9yZQ=="))
        .isRefused(403, "DENIED");
  }

  @Test
  void aSignatureWithoutItsPayloadIsNotShownBesideOurs() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(13));
    String tag = tag(image.digest());
    PlatformSignature.sign(store, repository.name, image.digest());
    repository
        .pusher
        .putManifest(repository.name, tag, OCI, cosign(repository, tag, "dXNlcg=="))
        .is(201);

    admin()
        .delete(
            repository.blobs(
                PlatformSignature.sha256(PlatformSignature.payload("of/dXNlcg==", image.digest()))))
        .is(202);

    assertThat(shown(repository, tag)).containsExactly(PLATFORM);
  }

  @Test
  void whoTakesASignatureAwayHasHisWay() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(14));
    String tag = tag(image.digest());
    PlatformSignature.sign(store, repository.name, image.digest());
    String a = "YWFh";
    String b = "YmJi";
    String c = "Y2Nj";
    for (String[] signatures : new String[][] {{a}, {a, b}}) {
      repository
          .pusher
          .putManifest(repository.name, tag, OCI, cosign(repository, tag, signatures))
          .is(201);
    }
    assertThat(shown(repository, tag)).containsExactly(PLATFORM, a, b);

    // Whoever adds one without having seen the last one takes nothing away.
    repository.pusher.putManifest(repository.name, tag, OCI, cosign(repository, tag, a, c)).is(201);
    assertThat(shown(repository, tag)).containsExactly(PLATFORM, a, b, c);

    // Whoever adds nothing, or keeps a later one, means it.
    repository.pusher.putManifest(repository.name, tag, OCI, cosign(repository, tag, b, c)).is(201);
    assertThat(shown(repository, tag)).containsExactly(PLATFORM, b, c);
    repository.pusher.putManifest(repository.name, tag, OCI, cosign(repository, tag, b)).is(201);
    assertThat(shown(repository, tag)).containsExactly(PLATFORM, b);
  }

  @Test
  void attestationsAreReplaced() {
    Repository repository = repository();
    SampleImage image = repository.push("t", SampleImage.oci(15));
    PlatformSignature.sign(store, repository.name, image.digest());
    String tag = image.digest().replace(':', '-') + ".att";
    PlatformSignature.attest(repository, tag, "{\"stale\":true}");

    String fresh = PlatformSignature.attest(repository, tag, "{\"stale\":false}");

    repository.reader.get(repository.manifests(tag)).is(200).has("Docker-Content-Digest", fresh);
  }
}
