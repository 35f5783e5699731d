package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Client.Home;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.oci.SampleImage;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the platform publishes about its keys works as downloaded. */
@ExtendWith(PlatformExtension.class)
class TrustMaterialTest {
  private Platform platform;
  private OciRepository repository;
  private SampleImage image;

  @BeforeEach
  void pushAnImage(Platform platform) {
    this.platform = platform;
    repository = OciRepository.open(platform, OciOptions.anonymousPull());
    image = SampleImage.oci(41);
    repository.registry().push(repository.name("app"), "1.0", image);
    repository.awaitSigned("app", image.digest());
  }

  private String download(String file) {
    HttpResponse<byte[]> response = platform.get("/" + repository.path() + "/keys/oci/" + file);
    assertThat(response.statusCode()).as(file).isEqualTo(200);
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  @Test
  void keyIsPublishedByFingerprintToo() {
    String fingerprint = repository.status("app", image.digest()).path("fingerprint").asText();

    assertThat(fingerprint).matches("[0-9a-f]{64}");
    assertThat(download(fingerprint + ".pub")).isEqualTo(repository.publicKey());
    assertThat(download("")).contains(fingerprint);
  }

  @Test
  void statusTellsKeyTimeAndLag() {
    JsonNode status = repository.status("app", image.digest());

    assertThat(status.path("keyVersion").asInt()).isEqualTo(1);
    assertThat(status.path("lagMillis").asLong(-1)).isNotNegative();
    assertThat(status.path("acceptedAt").asText()).isNotEmpty();
    assertThat(status.path("signedAt").asText()).isNotEmpty();
    assertThat(status.path("details").path("signatures")).hasSize(2);
  }

  @Test
  void anUnknownDigestHasNoStatus() {
    HttpResponse<byte[]> response =
        repository
            .registry()
            .send(
                "GET",
                "/" + repository.path() + "/status/oci/app@" + SampleImage.oci(42).digest(),
                null,
                java.util.Map.of());

    assertThat(response.statusCode()).isEqualTo(404);
  }

  @Test
  void cosignFetchesTheKeyItself() {
    for (Client cosign : new Client[] {Client.cosign2(), Client.cosign3()}) {
      cosign
          .run(
              OciRepository.home(platform),
              "verify",
              "--key",
              platform.url().resolve("/" + repository.path() + "/keys/oci/cosign.pub").toString(),
              "--insecure-ignore-tlog=true",
              repository.reference("app") + ":1.0")
          .succeeded();
    }
  }

  @Test
  void skopeoTakesThePolicyAsDownloaded() throws IOException {
    Home home = OciRepository.home(platform);
    Files.createDirectories(home.directory().resolve("registries.d"));
    String policy = home.file("policy.json", download("policy.json"));
    String registries = home.file("registries.d/countermark.yaml", download("registries.yaml"));

    Command.Result accepted =
        Verifier.skopeoCopy(
            home,
            policy,
            registries,
            Verifier.question(platform.host(), repository.name("app"), ":1.0", ""));

    assertThat(accepted.exitCode()).as(accepted::toString).isZero();
  }

  @Test
  void trustedRootNeedsNoNetwork() throws IOException {
    JsonNode root =
        Json.read(download("trusted_root.json").getBytes(StandardCharsets.UTF_8), JsonNode.class);
    assertThat(root.path("mediaType").asText())
        .isEqualTo("application/vnd.dev.sigstore.trustedroot+json;version=0.1");
    Home home = OciRepository.home(platform);
    Path key = Path.of(home.file("cosign.pub", repository.publicKey()));

    Client.cosign3()
        .run(
            home,
            "verify",
            "--key",
            key.toString(),
            "--insecure-ignore-tlog=true",
            "--new-bundle-format",
            "--trusted-root",
            home.file("trusted_root.json", download("trusted_root.json")),
            repository.reference("app") + ":1.0")
        .succeeded();
  }
}
