package dev.countermark.gateway.trust;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.startsWith;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.gateway.auth.Scope;
import dev.countermark.gateway.auth.Tokens;
import dev.countermark.gateway.oci.OciGatewayTest;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Purpose;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class TrustMaterialTest {
  private static final RepositoryName APP = RepositoryName.of("trust/app");
  private static final RepositoryName PUBLIC = RepositoryName.of("trust/public");
  private static final String DIGEST = "sha256:" + "e".repeat(64);

  @Inject BlobStore store;
  @Inject KeyClient keys;
  @Inject Tokens tokens;

  @ConfigProperty(name = "countermark.public-url")
  URI publicUrl;

  @BeforeEach
  void repositories() {
    for (RepositoryName name : new RepositoryName[] {APP, PUBLIC}) {
      new Records(store)
          .create(
              ObjectKeys.repository(name),
              new RepositoryRecord(1, name, Instant.EPOCH)
                  .with(
                      new OciFormat(),
                      new OciSettings(null, name.equals(PUBLIC), null, false, false)));
      new Records(store)
          .create(
              OciKeys.manifest(name + "/web", DIGEST),
              OciGatewayTest.received(name, name + "/web", DIGEST)
                  .signed(OciGatewayTest.signatures()));
    }
  }

  private static ValidatableResponse get(String path) {
    return given().get(path).then();
  }

  @Test
  void theCurrentKeyIsServedAsPemToEverybody() {
    String pem = keys.current(APP, new Purpose("oci")).pem();

    var answer =
        get("/trust/app/keys/oci/cosign.pub")
            .statusCode(200)
            .header("Cache-Control", equalTo("public, max-age=60"))
            .extract();

    assertThat(answer.asString()).isEqualTo(pem).startsWith("-----BEGIN PUBLIC KEY-----\n");
    given()
        .header("If-None-Match", answer.header("ETag"))
        .get("/trust/app/keys/oci/cosign.pub")
        .then()
        .statusCode(304)
        .header("ETag", equalTo(answer.header("ETag")));
    given()
        .header("If-None-Match", "\"other\"")
        .get("/trust/app/keys/oci/cosign.pub")
        .then()
        .statusCode(200);
  }

  @Test
  void everyKeyIsServedUnderItsFingerprint() {
    var key = keys.current(APP, new Purpose("oci"));

    assertThat(
            get("/trust/app/keys/oci/" + key.fingerprint() + ".pub")
                .statusCode(200)
                .extract()
                .asString())
        .isEqualTo(key.pem());
    get("/trust/app/keys/oci/")
        .statusCode(200)
        .body("format", equalTo("oci"))
        .body("repository", equalTo("trust/app"))
        .body("keys", hasSize(1))
        .body("keys[0].fingerprint", equalTo(key.fingerprint()))
        .body("keys[0].current", equalTo(true));
    get("/trust/app/keys/oci").statusCode(200);
    get("/trust/app/keys/")
        .statusCode(200)
        .body("formats.oci.keys", equalTo(base() + "/trust/app/keys/oci/"))
        .body("formats.nuget.files", hasItem("nuget.config"));
    get("/trust/app/keys").statusCode(200);
  }

  @Test
  void readyMadeConfigurationNamesThePublicHost() {
    String pem = keys.current(APP, new Purpose("oci")).pem();
    String encoded = Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8));

    get("/trust/app/keys/oci/policy.json")
        .statusCode(200)
        .contentType("application/json")
        .body("transports.docker.'" + host() + "/trust/app'[0].keyData", equalTo(encoded));
    get("/trust/app/keys/oci/registries.yaml")
        .statusCode(200)
        .body(containsString(host() + "/trust/app"))
        .body(containsString("use-sigstore-attachments: true"));
    get("/trust/app/keys/oci/trusted_root.json")
        .statusCode(200)
        .body("mediaType", startsWith("application/vnd.dev.sigstore.trustedroot+json"));
  }

  /** What clusters need: the same address and keys, and asked for again by the same tag. */
  @ParameterizedTest
  @CsvSource({
    "kyverno.yaml, application/yaml, /trust/app/*",
    "policy-controller.yaml, application/yaml, /trust/app/**",
    "hosts.toml, application/toml, server =",
    "crio.conf, application/toml, signature_policy_dir"
  })
  void clustersAreToldWhomToTrust(String file, String type, String content) {
    String path = "/trust/app/keys/oci/" + file;
    String key =
        keys.current(APP, new Purpose("oci")).pem().lines().skip(1).findFirst().orElseThrow();
    var answer =
        get(path)
            .statusCode(200)
            .contentType(startsWith(type))
            .body(containsString(host()))
            .body(containsString(content));
    if (type.endsWith("yaml")) {
      answer.body(containsString(key));
    }

    String etag = answer.extract().header("ETag");
    given()
        .header("If-None-Match", "\"x\", W/" + etag)
        .get(path)
        .then()
        .statusCode(304)
        .header("ETag", equalTo(etag));
    get("/trust/app/keys/").body("formats.oci.files", hasItem(file));
    get("/trust/app/keys/" + file).statusCode(404);
  }

  private String base() {
    return publicUrl.toString().replaceAll("/+$", "");
  }

  /** Addresses of before formats had folders; what follows them gets the same file. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "cosign.pub",
        "policy.json",
        "registries.yaml",
        "trusted_root.json",
        "0000000000000000000000000000000000000000000000000000000000000000.pub"
      })
  void aFileThatMovedIsRedirected(String file) {
    given()
        .redirects()
        .follow(false)
        .get("/trust/app/keys/" + file)
        .then()
        .statusCode(308)
        .header("Location", equalTo(base() + "/trust/app/keys/oci/" + file));
  }

  /** No address is made of a name that nobody checked. */
  @ParameterizedTest
  @ValueSource(strings = {"/trust/nowhere", "/No%20Such/thing", "/x%0d%0aSet-Cookie:%20a=b/y"})
  void aFileThatMovedIsNotFoundWhereThereIsNoRepository(String repository) {
    given()
        .urlEncodingEnabled(false)
        .redirects()
        .follow(false)
        .get(repository + "/keys/cosign.pub")
        .then()
        .statusCode(404);
  }

  /** Alike for every format: by name and by fingerprint, PEM and DER, with an ETag. */
  @Test
  void certificatesAreServedInBothForms() throws Exception {
    for (String format : List.of("nuget", "swift")) {
      List<Bytes> chain = keys.current(APP, new Purpose(format)).certificates();
      String keys = "/trust/app/keys/" + format + "/";
      byte[] root = chain.get(chain.size() - 1).toArray();
      for (String file : List.of("root.der", "root.cer", "root.crt")) {
        var answer =
            get(keys + file).statusCode(200).contentType("application/pkix-cert").extract();
        assertThat(answer.asByteArray()).isEqualTo(root);
        given()
            .header("If-None-Match", answer.header("ETag"))
            .get(keys + file)
            .then()
            .statusCode(304);
      }
      String leaf =
          HexFormat.of()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(chain.get(0).toArray()));
      for (String name : List.of(leaf, leaf.toUpperCase(Locale.ROOT))) {
        get(keys + name + ".pem").statusCode(200).body(startsWith("-----BEGIN CERTIFICATE-----"));
        assertThat(get(keys + name + ".der").statusCode(200).extract().asByteArray())
            .isEqualTo(chain.get(0).toArray());
      }
      get(keys + "chain.pem").statusCode(200).body(startsWith("-----BEGIN CERTIFICATE-----"));
      get(keys).statusCode(200).body("keys[0].certificate", equalTo(leaf.toUpperCase(Locale.ROOT)));
    }
  }

  private String host() {
    return publicUrl.getRawAuthority();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/trust/app/keys/oci/cosign.key",
        "/trust/app/keys/cosign.key",
        "/trust/app/keys/oci/0000000000000000000000000000000000000000000000000000000000000000.pub",
        "/trust/missing/keys/oci/cosign.pub",
        "/trust/missing/keys/",
        "/TRUST/app/keys/oci/cosign.pub"
      })
  void whatIsNotThereIsAProblem(String path) {
    get(path)
        .statusCode(404)
        .contentType("application/problem+json")
        .body("type", startsWith("urn:countermark:problem:"));
  }

  @Test
  void aStatusIsShownToWhoMayPull() {
    String token =
        tokens
            .create(Optional.of(APP), Tokens.Order.of(APP, EnumSet.of(Scope.PULL)), "test")
            .text();

    given()
        .auth()
        .preemptive()
        .basic("ci", token)
        .get("/trust/app/status/oci/web@" + DIGEST)
        .then()
        .statusCode(200)
        .body("status", equalTo("signed"))
        .body("name", equalTo("trust/app/web"))
        .body("keyVersion", equalTo(2))
        .body("lagMillis", equalTo(850))
        .body("acceptedAt", equalTo("2026-11-24T08:00:00Z"))
        .body("format", equalTo("oci"))
        .body("details.signatures", hasSize(3))
        .body("details.signatures[0].format", equalTo("legacy"));
    get("/trust/app/status/oci/web@" + DIGEST)
        .statusCode(401)
        .contentType("application/problem+json")
        .header("WWW-Authenticate", containsString("Basic"));
    given()
        .auth()
        .preemptive()
        .basic("ci", token)
        .get("/trust/other/status/oci/web@" + DIGEST)
        .then()
        .statusCode(403);
    given()
        .auth()
        .preemptive()
        .basic("ci", "wrong")
        .get("/trust/public/status/oci/web@" + DIGEST)
        .then()
        .statusCode(401);
  }

  @Test
  void aPublicRepositoryShowsItsStatusToEverybody() {
    get("/trust/public/status/oci/web@" + DIGEST).statusCode(200);
    get("/trust/public/status/oci/@" + DIGEST)
        .statusCode(404)
        .contentType("application/problem+json");
    get("/trust/public/status/oci/web@sha256:abc").statusCode(404);
  }

  @Test
  void theLandingPageTellsWhereToGo() {
    get("/")
        .statusCode(200)
        .contentType("application/json")
        .body("name", equalTo("Countermark"))
        .body("addresses.managementApi", containsString("/api/v1/openapi"));
  }
}
