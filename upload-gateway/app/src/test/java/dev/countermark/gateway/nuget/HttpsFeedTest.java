package dev.countermark.gateway.nuget;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.RepositorySignature;
import dev.countermark.format.nuget.NugetRecords.SignatureKind;
import dev.countermark.format.nuget.NugetRecords.SignedPackage;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a feed says of its signatures where clients come over HTTPS. */
@QuarkusTest
@TestProfile(HttpsFeedTest.BehindHttps.class)
class HttpsFeedTest extends FeedTestBase {
  @TestHTTPResource(value = "/metrics", management = true)
  URI metrics;

  private static final Identity TOOLS = identity("acme.tools", "1.0.0");
  private static final byte[] PACKAGE = Packages.sound("Acme.Tools", "1.0.0");
  private static final String PUBLIC = "https://registry.test";

  /** TLS ends in front of the gateway. */
  public static class BehindHttps implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("countermark.public-url", PUBLIC);
    }
  }

  private JsonNode signatures(Feed feed, String version) {
    return anonymous()
        .get(feed.at("repository-signatures/" + version + "/index.json"))
        .is(200)
        .json();
  }

  private static List<String> fingerprints(JsonNode document) {
    List<String> all = new ArrayList<>();
    for (JsonNode certificate : document.path("signingCertificates")) {
      all.add(certificate.path("fingerprints").path("2.16.840.1.101.3.4.2.1").asText());
    }
    return all;
  }

  @Test
  void announcesTheSignaturesOfEachVersionApart() {
    Feed feed = feed();
    JsonNode resources = anonymous().get(feed.at("index.json")).is(200).json().path("resources");

    List<String> announced = new ArrayList<>();
    for (JsonNode resource : resources) {
      assertThat(resource.path("@id").asText()).startsWith(PUBLIC + feed.at(""));
      if (resource.path("@type").asText().startsWith("RepositorySignatures/")) {
        announced.add(resource.path("@id").asText());
      }
    }

    assertThat(announced).hasSize(3).doesNotHaveDuplicates();
    for (String address : announced) {
      JsonNode document = anonymous().get(URI.create(address).getPath()).is(200).json();
      assertThat(document.path("allRepositorySigned").isBoolean()).isTrue();
      assertThat(fingerprints(document)).hasSize(1);
    }
    anonymous().get(feed.at("repository-signatures/6.0.0/index.json")).is(404);
    assertThat(anonymous().get("/" + feed.name + "/keys/nuget/nuget.config").is(200).text())
        .contains(PUBLIC + feed.at("index.json"))
        .doesNotContain("allowInsecureConnections");
  }

  @Test
  void namesTheCertificate() {
    Feed feed = feed();
    PublicKeyVersion key = keyClient.current(feed.name, new Purpose("nuget"));
    JsonNode certificate = signatures(feed, "5.0.0").path("signingCertificates").path(0);

    assertThat(fingerprints(signatures(feed, "5.0.0")))
        .containsExactly(TestSigner.fingerprint(key));
    assertThat(certificate.path("subject").asText()).isNotEmpty();
    assertThat(certificate.path("issuer").asText()).isNotEmpty();
    assertThat(Instant.parse(certificate.path("notBefore").asText()))
        .isBefore(Instant.parse(certificate.path("notAfter").asText()));
    URI content = URI.create(certificate.path("contentUrl").asText());
    assertThat(content.getScheme()).isEqualTo("https");
    assertThat(
            Bytes.of(
                anonymous()
                    .get(content.getPath())
                    .is(200)
                    .has("Content-Type", "application/pkix-cert")
                    .body()))
        .isEqualTo(key.certificates().get(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"repository-signatures/5.0.0/index.json", "certificate"})
  void whatClientsVerifyWithIsNotSentTwice(String document) {
    Feed feed = feed();
    feed.publish(TOOLS, PACKAGE);
    String path =
        document.equals("certificate")
            ? URI.create(
                    signatures(feed, "5.0.0")
                        .path("signingCertificates")
                        .path(0)
                        .path("contentUrl")
                        .asText())
                .getPath()
            : feed.at(document);
    FeedClient.Answer first = anonymous().get(path).is(200);
    String tag = first.header("ETag").orElseThrow();

    assertThat(anonymous().get(path, "If-None-Match", tag).is(304).body()).isEmpty();
    anonymous().get(path, "If-None-Match", "\"other\"").is(200).has("ETag", tag);
    FeedClient.Answer head = anonymous().head(path).is(200).has("ETag", tag);
    assertThat(head.header("Content-Length")).contains(String.valueOf(first.body().length));
  }

  @Test
  void aRotatedKeyStaysListed() {
    Feed feed = feed();
    String first = TestSigner.fingerprint(keyClient.current(feed.name, new Purpose("nuget")));
    assertThat(fingerprints(signatures(feed, "5.0.0"))).containsExactly(first);

    String second =
        TestSigner.fingerprint(
            ((InMemoryKeyClient) keyClient).rotate(feed.name, new Purpose("nuget")));

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(fingerprints(signatures(feed, "5.0.0"))).containsExactly(first, second));
  }

  private List<String> warnings(Feed feed, Feed signedBy, String version, String serviceIndex) {
    byte[] file = Packages.sound("Acme.Tools", version);
    Identity identity = identity("acme.tools", version);
    return feed.push(
            new TestSigner(store, keyClient).signed(signedBy.name, identity, file, serviceIndex))
        .is(202)
        .headers("X-NuGet-Warning");
  }

  @Test
  void whatWasSignedHereIsNoOtherRepositorys() {
    Feed feed = feed();
    String here = PUBLIC + feed.at("index.json");
    String replaced = "The signature of another repository is replaced by this one's.";

    assertThat(warnings(feed, feed, "1.0.1", here)).isEmpty();

    Feed other = feed();
    assertThat(warnings(feed, other, "1.0.2", PUBLIC + other.at("index.json")))
        .containsExactly(replaced);
    assertThat(warnings(feed, other, "1.0.3", here)).containsExactly(replaced);
    assertThat(warnings(feed, feed, "1.0.4", PUBLIC + other.at("index.json")))
        .containsExactly(replaced);
  }

  private boolean allSigned(Feed feed, String version) {
    return signatures(feed, version).path("allRepositorySigned").asBoolean();
  }

  @Test
  void saysThatAllIsSignedOnlyWhereThatIsWanted() {
    Feed quiet = feed();
    quiet.publish(TOOLS, PACKAGE);
    Feed loud = feed("{\"announceAllSigned\":true}");
    loud.publish(TOOLS, PACKAGE);

    assertThat(allSigned(quiet, "5.0.0")).isFalse();
    assertThat(allSigned(loud, "5.0.0")).isTrue();
    // Clients that know these only could not install anything any more.
    assertThat(allSigned(loud, "4.7.0")).isFalse();
    assertThat(allSigned(loud, "4.9.0")).isFalse();
  }

  @Test
  void whatIsNotProvenIsNotSaid() {
    Feed feed = feed("{\"announceAllSigned\":true}");
    feed.publish(TOOLS, PACKAGE);
    feed.publish(identity("foreign", "1.0.0"), Packages.sound("Foreign", "1.0.0"));
    new Records(store)
        .update(
            NugetKeys.version(feed.name, identity("foreign", "1.0.0")),
            VersionRecord.class,
            old -> old.map(r -> r.signed(byAStranger(r.signed().orElseThrow()))));
    feed.reader().get(feed.status(identity("foreign", "1.0.0"))).is(200);

    assertThat(allSigned(feed, "5.0.0")).isFalse();
    assertThat(given().get(metrics).asString())
        .containsPattern(
            "countermark_nuget_unsigned_visible_versions\\{repository=\"" + feed.name + "\",?} 1");
  }

  private static SignedPackage byAStranger(SignedPackage signed) {
    return new SignedPackage(
        signed.file(),
        new RepositorySignature(
            SignatureKind.FOREIGN,
            0,
            "AB".repeat(32),
            "https://elsewhere.example/index.json",
            List.of(),
            Instant.EPOCH,
            false,
            Instant.EPOCH,
            Instant.EPOCH),
        signed.replaced());
  }
}
