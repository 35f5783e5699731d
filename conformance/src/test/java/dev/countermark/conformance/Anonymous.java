package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.registry.Manifest;
import dev.countermark.testkit.registry.RegistryClient;
import dev.countermark.testkit.registry.SampleImage;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;

/** Pulls as somebody without credentials does: with the token that anybody gets. */
final class Anonymous {
  private Anonymous() {}

  static Optional<Manifest> manifest(Platform platform, String name, String reference) {
    RegistryClient registry = RegistryClient.anonymous(platform.url());
    HttpResponse<byte[]> token =
        registry.send(
            "GET",
            "/v2/token?scope=" + Platform.encoded("repository:" + name + ":pull"),
            null,
            Map.of());
    assertThat(token.statusCode()).isEqualTo(200);
    HttpResponse<byte[]> answer =
        registry.send(
            "GET",
            "/v2/" + name + "/manifests/" + reference,
            null,
            Map.of(
                "Authorization",
                "Bearer " + Json.read(token.body(), JsonNode.class).path("token").asText(),
                "Accept",
                SampleImage.OCI_MANIFEST));
    if (answer.statusCode() == 404) {
      return Optional.empty();
    }
    assertThat(answer.statusCode()).isEqualTo(200);
    return Optional.of(
        new Manifest(
            answer.headers().firstValue("Content-Type").orElse(""), Bytes.of(answer.body())));
  }
}
