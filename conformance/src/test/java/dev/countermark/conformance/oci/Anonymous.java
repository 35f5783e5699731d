package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Packages;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.oci.RegistryClient;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Map;

/** Pulls as somebody without credentials does: with the token that anybody gets. */
final class Anonymous {
  private Anonymous() {}

  static RegistryClient registry(URI base, String name) {
    HttpResponse<byte[]> answer =
        RegistryClient.anonymous(base)
            .send(
                "GET",
                "/v2/token?scope=" + Platform.encoded("repository:" + name + ":pull"),
                null,
                Map.of());
    HttpResponse<byte[]> token = Packages.available(answer);
    assertThat(token.statusCode()).isEqualTo(200);
    return RegistryClient.withBearer(
        base, Json.read(token.body(), JsonNode.class).path("token").asText());
  }
}
