package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrustDocumentsTest {
  private static JsonNode identity(String scope, String signed) {
    byte[] policy = TrustDocuments.policy(scope, signed, List.of("PEM"));
    return StrictJson.object(policy)
        .orElseThrow()
        .path("transports")
        .path("docker")
        .path(scope)
        .path(0)
        .path("signedIdentity");
  }

  @Test
  void imagesArePulledByTheNameThatIsSigned() {
    assertThat(identity("a.test/acme/app", "a.test/acme/app"))
        .hasToString("{\"type\":\"matchRepository\"}");
  }

  @Test
  void anotherNameIsMappedToTheOneThatIsSigned() {
    assertThat(identity("a.test:8443/acme/app", "a.test:8080/acme/app"))
        .hasToString(
            "{\"type\":\"remapIdentity\",\"prefix\":\"a.test:8443/acme/app\","
                + "\"signedPrefix\":\"a.test:8080/acme/app\"}");
  }
}
