package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.oci.Images;
import dev.countermark.conformance.oci.OciRepository;
import dev.countermark.conformance.oci.SignatureWriter;
import dev.countermark.conformance.oci.Signatures;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.oci.Digests;
import dev.countermark.testkit.oci.Manifest;
import dev.countermark.testkit.oci.SampleImage;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Whoever may push tries to hide the platform's signature from clients, or to take it away: it is
 * where clients look, by every verifier on this machine, and the status says no other than that.
 */
@ExtendWith({PlatformExtension.class, BesideOthers.class})
class HiddenSignaturesTest {
  private static final int AS_MANY_AS_CLIENTS_READ = 1_000;

  private Platform platform;
  private OciRepository repository;
  private String name;

  @BeforeEach
  void open(Platform platform) {
    this.platform = platform;
    repository = OciRepository.open(platform);
    name = repository.name("app");
  }

  private HttpResponse<byte[]> send(String method, String path) {
    return repository.registry().send(method, "/v2/" + name + path, null, Map.of());
  }

  private HttpResponse<byte[]> put(String reference, Manifest manifest) {
    return repository
        .registry()
        .send(
            "PUT",
            "/v2/" + name + "/manifests/" + reference,
            manifest.content().toArray(),
            Map.of("Content-Type", manifest.mediaType()));
  }

  private SampleImage signed(long seed) {
    SampleImage image = SampleImage.oci(seed);
    repository.registry().push(name, "t" + seed, image);
    repository.awaitSigned("app", image.digest());
    return image;
  }

  private static Manifest emptyIndex() {
    String index = "{\"schemaVersion\":2,\"manifests\":[]}";
    return new Manifest(SampleImage.OCI_INDEX, Bytes.utf8(index));
  }

  /** Each has the form of a signature; none is anybody's. */
  private Manifest junk(String digest, int layers) {
    byte[] config = "{}".getBytes(StandardCharsets.UTF_8);
    byte[] payload =
        Signatures.payload(repository.reference("app"), digest).getBytes(StandardCharsets.UTF_8);
    repository.registry().pushBlob(name, config);
    repository.registry().pushBlob(name, payload);
    ObjectNode manifest = JsonNodeFactory.instance.objectNode().put("schemaVersion", 2);
    manifest.put("mediaType", SampleImage.OCI_MANIFEST);
    manifest.set(
        "config",
        SampleImage.descriptor(SampleImage.OCI_CONFIG, Digests.sha256(config), config.length));
    ArrayNode entries = manifest.putArray("layers");
    for (int i = 0; i < layers; i++) {
      ObjectNode layer =
          SampleImage.descriptor(
              Signatures.SIMPLE_SIGNING, Digests.sha256(payload), payload.length);
      String signature = String.format("%08d", i); // Base64 of something
      layer.putObject("annotations").put("dev.cosignproject.cosign/signature", signature);
      entries.add(layer);
    }
    return new Manifest(SampleImage.OCI_MANIFEST, Bytes.of(Json.write(manifest)));
  }

  @Test
  void whatIsNoSignatureIsRefusedAtTheTagOfAnImage() {
    SampleImage image = signed(1);
    SampleImage other = signed(2);
    String tag = Digests.signatureTag(image.digest());

    for (Manifest manifest : List.of(other.manifest(), emptyIndex())) {
      HttpResponse<byte[]> answer = put(tag, manifest);
      assertThat(answer.statusCode()).as(manifest.mediaType()).isEqualTo(403);
      assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("\"DENIED\"");
    }
    assertThat(put(other.digest() + "?tag=" + tag, other.manifest()).statusCode()).isEqualTo(403);

    Images.assertSigned(platform, repository, "app", image.digest());
  }

  /** It comes before the image, when nobody can know. */
  @Test
  void whatLiesThereBeforeItsImageHidesNothing() {
    List<SampleImage> images = List.of(SampleImage.oci(4), SampleImage.oci(5));
    List<Manifest> before = List.of(signed(3).manifest(), emptyIndex());
    for (int i = 0; i < images.size(); i++) {
      String tag = Digests.signatureTag(images.get(i).digest());
      assertThat(put(tag, before.get(i)).statusCode()).isEqualTo(201);
      repository.registry().push(name, "n" + i, images.get(i));
    }

    for (SampleImage image : images) {
      Images.assertSigned(platform, repository, "app", image.digest());
      assertThat(repository.status("app", image.digest()).path("status").asText())
          .isEqualTo("signed");
    }
  }

  @Test
  void oursComesBeforeAsManyOthersAsClientsRead() {
    SampleImage late = SampleImage.oci(6);
    SampleImage image = signed(7);
    Manifest before = junk(late.digest(), AS_MANY_AS_CLIENTS_READ);
    assertThat(put(Digests.signatureTag(late.digest()), before).statusCode()).isEqualTo(201);
    repository.registry().push(name, "late", late);

    String tag = Digests.signatureTag(image.digest());
    JsonNode ours = manifest(tag).json().path("layers").path(0);
    Manifest after = junk(image.digest(), AS_MANY_AS_CLIENTS_READ);
    assertThat(put(tag, after).statusCode()).isEqualTo(201);

    assertThat(layers(image)).hasSize(AS_MANY_AS_CLIENTS_READ).first().isEqualTo(ours);
    repository.awaitSigned("app", late.digest());
    assertThat(layers(late))
        .hasSize(AS_MANY_AS_CLIENTS_READ)
        .first()
        .isNotIn(before.json().path("layers"));
    if (Boolean.getBoolean("hostile.long")) { // clients take half a minute for so many
      Images.assertSigned(platform, repository, "app", image.digest());
      Images.assertSigned(platform, repository, "app", late.digest());
    }
    // One that did not see them would make it more than clients read.
    Signatures.Layer more =
        Signatures.Key.generate()
            .layer(Signatures.payload(repository.reference("app"), late.digest()));
    assertThatThrownBy(
            () ->
                SignatureWriter.overwrite(
                    repository.registry(), name, late.digest(), List.of(more)))
        .hasMessageContaining("403")
        .hasMessageContaining("DENIED");
  }

  private List<JsonNode> layers(SampleImage image) {
    List<JsonNode> layers = new ArrayList<>();
    manifest(Digests.signatureTag(image.digest())).json().path("layers").forEach(layers::add);
    return layers;
  }

  /** By digest, as by tag, and what is put together of ours and others'. */
  @Test
  void nobodyDeletesAPartOfOurs() {
    SampleImage image = signed(8);
    String tag = Digests.signatureTag(image.digest());
    List<String> addresses = new ArrayList<>(parts(manifest(tag)));
    addresses.addAll(parts(manifest(bundle(image.digest()))));
    Signatures.Key user = Signatures.Key.generate();
    SignatureWriter.overwrite(
        repository.registry(),
        name,
        image.digest(),
        List.of(user.layer(Signatures.payload(repository.reference("app"), image.digest()))));
    Manifest merged = manifest(tag);
    addresses.add("/manifests/" + merged.digest());
    addresses.add("/blobs/" + merged.json().path("config").path("digest").asText());

    for (String address : addresses) {
      HttpResponse<byte[]> answer = send("DELETE", address);
      assertThat(answer.statusCode()).as(address).isEqualTo(405);
      assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("\"UNSUPPORTED\"");
      assertThat(send("GET", address).statusCode()).as(address).isEqualTo(200);
    }
    // Theirs goes; ours stays, and cannot be deleted by its tag either.
    assertThat(send("DELETE", "/manifests/" + tag).statusCode()).isEqualTo(202);
    assertThat(send("DELETE", "/manifests/" + tag).statusCode()).isEqualTo(405);
    Images.assertSigned(platform, repository, "app", image.digest());
  }

  @Test
  void norUnderAnotherTagOrPushedAgain() {
    SampleImage image = signed(9);
    for (Manifest ours :
        List.of(manifest(Digests.signatureTag(image.digest())), manifest(bundle(image.digest())))) {
      for (String reference : List.of("copy", ours.digest())) {
        assertThat(put(reference, ours).statusCode()).as(reference).isEqualTo(201);
      }
      assertThat(send("DELETE", "/manifests/" + ours.digest()).statusCode()).isEqualTo(405);
      assertThat(send("DELETE", "/manifests/copy").statusCode()).isEqualTo(202);
    }
    Images.assertSigned(platform, repository, "app", image.digest());
  }

  private Manifest manifest(String reference) {
    return repository.registry().manifest(name, reference).orElseThrow();
  }

  private String bundle(String digest) {
    return repository
        .registry()
        .referrers(name, digest)
        .json()
        .path("manifests")
        .path(0)
        .path("digest")
        .asText();
  }

  private static List<String> parts(Manifest manifest) {
    return List.of(
        "/manifests/" + manifest.digest(),
        "/blobs/" + manifest.json().path("config").path("digest").asText(),
        "/blobs/" + manifest.json().path("layers").path(0).path("digest").asText());
  }
}
