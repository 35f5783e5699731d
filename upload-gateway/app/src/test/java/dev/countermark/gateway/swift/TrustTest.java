package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Bytes;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.swift.SwiftClient.Answer;
import dev.countermark.keys.KeyClient.Purpose;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What consumers need to trust a registry. */
@QuarkusTest
class TrustTest extends SwiftTestBase {
  private static List<? extends Certificate> certificates(Answer answer)
      throws CertificateException {
    return List.copyOf(
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(answer.body())));
  }

  private String keys(Registry registry, String file) {
    return "/" + registry.name + "/keys/swift/" + file;
  }

  @Test
  void handsOutTheRootAndEveryCertificate() throws CertificateException {
    Registry registry = registry();
    List<Bytes> chain = keyClient.current(registry.name, new Purpose("swift")).certificates();
    assertThat(chain).hasSize(3);

    for (String file : List.of("root.der", "root.cer")) {
      Answer root = anonymous().get(keys(registry, file)).is(200);
      root.has("Content-Type", "application/pkix-cert");
      assertThat(Bytes.of(root.body())).isEqualTo(chain.get(2));
    }
    Answer pem = anonymous().get(keys(registry, "root.pem")).is(200);
    assertThat(certificates(pem))
        .isEqualTo(certificates(anonymous().get(keys(registry, "root.der"))));
    assertThat(certificates(anonymous().get(keys(registry, "chain.pem")).is(200))).hasSize(3);
    for (Bytes certificate : chain) {
      String fingerprint =
          PartReceiver.hex(PartReceiver.digest("SHA-256").digest(certificate.toArray()));
      for (String suffix : List.of(".der", ".cer")) {
        assertThat(anonymous().get(keys(registry, fingerprint + suffix)).is(200).body())
            .isEqualTo(certificate.toArray());
      }
      assertThat(certificates(anonymous().get(keys(registry, fingerprint + ".pem")).is(200)))
          .hasSize(1);
    }
    anonymous().get(keys(registry, "0".repeat(64) + ".der")).is(404);
    anonymous().get(keys(registry, "other")).is(404);
    anonymous().get("/swift-test/nobody/keys/swift/root.pem").is(404);
  }

  @Test
  void makesAConfigurationThatTakesOnlyWhatIsSigned() {
    Registry registry = registry();

    JsonNode made = anonymous().get(keys(registry, "registries.json")).is(200).json();

    assertThat(made.path("version").asInt()).isOne();
    String url = PUBLIC + "/" + registry.name + "/swift";
    assertThat(made.path("registries").path("[default]").path("url").asText()).isEqualTo(url);
    JsonNode login = made.path("authentication").path("registry.test:8080");
    assertThat(login.path("type").asText()).isEqualTo("token");
    assertThat(login.path("loginAPIPath").asText()).isEqualTo("/" + registry.name + "/swift/login");
    JsonNode signing = made.path("security").path("default").path("signing");
    assertThat(signing.path("onUnsigned").asText()).isEqualTo("error");
    assertThat(signing.path("onUntrustedCertificate").asText()).isEqualTo("error");
    assertThat(signing.path("includeDefaultTrustedRootCertificates").asBoolean(true)).isFalse();
    assertThat(signing.path("trustedRootCertificatesPath").asText())
        .isEqualTo("/etc/swiftpm/" + registry.name.toString().replace('/', '-') + "-roots");
    assertThat(signing.path("validationChecks").path("certificateExpiration").asText())
        .isEqualTo("enabled");
  }

  @Test
  void mayBeForSomeScopesOnlyAndForAnyFolder() {
    Registry registry = registry("{\"anonymousRead\":true}");
    String file = keys(registry, "registries.json");

    JsonNode made =
        anonymous().get(file + "?scope=mona&scope=acme&roots=/opt/roots").is(200).json();

    assertThat(made.path("registries").fieldNames()).toIterable().containsExactly("mona", "acme");
    assertThat(made.has("authentication")).isFalse();
    assertThat(made.path("security").has("default")).isFalse();
    JsonNode rules = made.path("security").path("registryOverrides").path("registry.test");
    assertThat(rules.path("signing").path("onUnsigned").asText()).isEqualTo("error");
    assertThat(rules.path("signing").path("trustedRootCertificatesPath").asText())
        .isEqualTo("/opt/roots");
    anonymous().get(file + "?scope=a.b").is(400);
    anonymous().get(file + "?roots=~/roots").is(400);
  }
}
