package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.PausedPart;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.oci.Images;
import dev.countermark.conformance.oci.OciOptions;
import dev.countermark.conformance.oci.OciRepository;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.http.HttpCaller;
import dev.countermark.testkit.oci.Manifest;
import dev.countermark.testkit.oci.SampleImage;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where only what is signed is visible, nothing slips past the signer, whatever it says it is. */
@ExtendWith({PlatformExtension.class, BesideOthers.class})
class UnsignedImagesTest {
  private Platform platform;
  private OciRepository repository;
  private HttpCaller reader;
  private HttpCaller pusher;

  @BeforeEach
  void open(Platform platform) {
    this.platform = platform;
    repository =
        OciRepository.open(platform, OciOptions.defaults().with("visibility", "after-signing"));
    HttpResponse<byte[]> token =
        platform.call(
            "POST",
            "/api/v1/repositories/" + repository.path() + "/tokens",
            "{\"scopes\":[\"read\"]}".getBytes(StandardCharsets.UTF_8));
    reader =
        HttpCaller.withToken(
            platform.url(), Json.read(token.body(), JsonNode.class).path("token").asText());
    pusher = HttpCaller.withToken(platform.url(), repository.token());
  }

  private String v2(String image, String rest) {
    return "/v2/" + repository.name(image) + rest;
  }

  private static HttpResponse<byte[]> get(HttpCaller caller, String path) {
    return caller.send("GET", path, null, Map.of());
  }

  private static void assertRefused(HttpCaller caller, String path, String code) {
    HttpResponse<byte[]> answer = get(caller, path);
    assertThat(answer.statusCode()).as(path).isEqualTo(404);
    assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains('"' + code + '"');
    assertThat(caller.send("HEAD", path, null, Map.of()).statusCode()).isEqualTo(404);
  }

  private static void assertShows(HttpCaller caller, String path, String digest) {
    HttpResponse<byte[]> answer = get(caller, path);
    assertThat(answer.statusCode()).as(path).isEqualTo(200);
    assertThat(answer.headers().firstValue("Docker-Content-Digest")).contains(digest);
  }

  private List<String> tags(HttpCaller caller, String image) {
    List<String> tags = new ArrayList<>();
    Json.read(get(caller, v2(image, "/tags/list")).body(), JsonNode.class)
        .path("tags")
        .forEach(tag -> tags.add(tag.asText()));
    return tags;
  }

  private SampleImage signed(String image, String tag, long seed) {
    SampleImage pushed = SampleImage.oci(seed);
    repository.registry().push(repository.name(image), tag, pushed);
    repository.awaitSigned(image, pushed.digest());
    return pushed;
  }

  @Test
  void areSeenByNobodyAtNoAddressUntilTheyAreSigned() {
    Map<ForgedImage, Manifest> hidden = new LinkedHashMap<>();
    Map<ForgedImage, SampleImage> before = new LinkedHashMap<>();
    for (ForgedImage forged : ForgedImage.all()) {
      before.put(forged, signed(image(forged), "t", 1_000));
    }
    try (PausedPart signer = new PausedPart(platform, Platform.SIGNER)) {
      for (ForgedImage forged : ForgedImage.all()) {
        Manifest subject = before.get(forged).manifest();
        String name = repository.name(image(forged));
        Manifest manifest = forged.upload(repository.registry(), name, subject);
        hidden.put(forged, manifest);
        repository.registry().putManifest(name, "t", manifest);
        repository.registry().putManifest(name, "new", manifest);
        assertHidden(forged, manifest, subject.digest());
      }
    }

    hidden.forEach(this::assertSignedAndShown);
  }

  private String image(ForgedImage forged) {
    return "app" + ForgedImage.all().indexOf(forged);
  }

  private void assertHidden(ForgedImage forged, Manifest manifest, String before) {
    String image = image(forged);
    String digest = manifest.digest();
    assertShows(reader, v2(image, "/manifests/t"), before);
    assertRefused(reader, v2(image, "/manifests/new"), "MANIFEST_UNKNOWN");
    assertRefused(reader, v2(image, "/manifests/" + digest), "MANIFEST_UNKNOWN");
    assertRefused(reader, v2(image, "/blobs/" + forged.layerDigest()), "BLOB_UNKNOWN");
    assertThat(tags(reader, image)).as(forged.what()).containsExactly("t");
    byte[] referrers = get(reader, v2(image, "/referrers/" + before)).body();
    assertThat(new String(referrers, StandardCharsets.UTF_8)).doesNotContain(digest);
    assertThat(get(reader, status(image, digest)).statusCode()).isEqualTo(404);
    // Whoever pushed it reads back what he pushed.
    assertShows(pusher, v2(image, "/manifests/t"), digest);
    assertThat(tags(pusher, image)).containsExactly("new", "t");
    assertThat(repository.status(image, digest).path("status").asText())
        .as(forged.what())
        .isEqualTo("pending");
  }

  private String status(String image, String digest) {
    return "/" + repository.path() + "/status/oci/" + image + "@" + digest;
  }

  private void assertSignedAndShown(ForgedImage forged, Manifest manifest) {
    String image = image(forged);
    Images.assertSignedOnce(platform, repository, image, manifest.digest());
    assertShows(reader, v2(image, "/manifests/t"), manifest.digest());
    assertShows(reader, v2(image, "/manifests/new"), manifest.digest());
    assertThat(tags(reader, image)).as(forged.what()).containsExactly("new", "t");
    assertThat(get(reader, v2(image, "/blobs/" + forged.layerDigest())).statusCode())
        .isEqualTo(200);
  }

  @Test
  void aDeletedPredecessorLeavesTheTagToTheOneBeforeIt() {
    SampleImage first = signed("web", "t", 1);
    SampleImage second = signed("web", "t", 2);
    SampleImage third = SampleImage.oci(3);
    try (PausedPart signer = new PausedPart(platform, Platform.SIGNER)) {
      repository.registry().push(repository.name("web"), "t", third);
      assertShows(reader, v2("web", "/manifests/t"), second.digest());

      repository.registry().deleteManifest(repository.name("web"), second.digest());

      assertShows(reader, v2("web", "/manifests/t"), first.digest());
      assertThat(tags(reader, "web")).containsExactly("t");
      repository.registry().deleteManifest(repository.name("web"), third.digest());
      assertShows(pusher, v2("web", "/manifests/t"), first.digest());
    }
    assertShows(reader, v2("web", "/manifests/t"), first.digest());
  }
}
