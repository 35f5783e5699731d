package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Bytes;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.signature.ContentHash;
import dev.countermark.format.swift.verify.CertificatePolicy;
import dev.countermark.format.swift.verify.ReleaseVerifier;
import dev.countermark.format.swift.verify.VerificationReport;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.swift.SwiftClient.Answer;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client asks for, in the order in which it does. */
@QuarkusTest
class ResolveTest extends SwiftTestBase {
  private static final Identity LIB = identity("mona.linkedlist", "1.1.1");
  private static final String METADATA =
      "{\"description\":\"a=b\",\"originalPublicationTime\":\"2026-05-01T10:00:00.123+02:00\","
          + "\"repositoryURLs\":[\"https://git.test/mona/LinkedList.git\","
          + "\"git@git.test:mona/mirror.git\"]}";

  private static String sha256(byte[] bytes) {
    return PartReceiver.hex(PartReceiver.digest("SHA-256").digest(bytes));
  }

  @Test
  void listsReleasesWithTheirAddresses() {
    Registry registry = registry();
    registry.release("mona/LinkedList/1.1.1", Archives.sound(), METADATA);
    registry.release("mona/LinkedList/1.10.0", Archives.sound(), METADATA);
    registry.release("mona/LinkedList/2.0.0-rc.1", Archives.sound(), METADATA);
    registry.release("mona/LinkedList/1.2.0", Archives.sound(), METADATA);

    for (String path : List.of("mona/LinkedList", "mona/LinkedList.json", "MONA/linkedlist")) {
      Answer list = registry.reader.get(registry.at(path)).is(200);

      list.has("Content-Version", "1").has("Content-Type", "application/json");
      list.has("Cache-Control", "private, no-store");
      JsonNode releases = list.json().path("releases");
      assertThat(releases.fieldNames())
          .toIterable()
          .containsExactly("2.0.0-rc.1", "1.10.0", "1.2.0", "1.1.1");
      assertThat(releases.path("1.1.1").path("url").asText())
          .isEqualTo(registry.publicly("mona/LinkedList/1.1.1"));
      list.has(
          "Link",
          "<"
              + registry.publicly("mona/LinkedList/1.10.0")
              + ">; rel=\"latest-version\", <https://git.test/mona/LinkedList.git>;"
              + " rel=\"canonical\", <git@git.test:mona/mirror.git>; rel=\"alternate\"");
    }
  }

  @Test
  void describesAReleaseAsTheClientsDecoderWantsIt() {
    Registry registry = registry();
    registry.release("mona/LinkedList/1.0.0", Archives.sound(), METADATA);
    byte[] zip = registry.release("mona/LinkedList/1.1.1", Archives.sound("b"), METADATA);
    registry.release("mona/LinkedList/1.2.0", Archives.sound(), METADATA);

    Answer answer = registry.reader.get(registry.at("MONA/linkedList/1.1.1")).is(200);

    answer.has("Content-Version", "1").has("Content-Type", "application/json");
    JsonNode release = answer.json();
    assertThat(release.path("id").asText()).isEqualTo("mona.LinkedList");
    assertThat(release.path("version").asText()).isEqualTo("1.1.1");
    JsonNode archive = release.path("resources").path(0);
    assertThat(archive.path("name").asText()).isEqualTo("source-archive");
    assertThat(archive.path("type").asText()).isEqualTo("application/zip");
    assertThat(archive.path("checksum").asText()).isEqualTo(sha256(zip));
    assertThat(archive.path("signing").path("signatureFormat").asText()).isEqualTo("cms-1.0.0");
    assertThat(archive.path("signing").path("signatureBase64Encoded").asText())
        .isEqualTo(registry.record(LIB).orElseThrow().signed().orElseThrow().signature().toBase64())
        .doesNotContain("\n");
    assertThat(release.path("publishedAt").asText())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
    assertThat(release.path("metadata").path("description").asText()).isEqualTo("a=b");
    assertThat(release.path("metadata").path("originalPublicationTime").asText())
        .isEqualTo("2026-05-01T08:00:00Z");
    String link = "<" + registry.publicly("mona/LinkedList/");
    answer.has(
        "Link",
        link
            + "1.2.0>; rel=\"latest-version\", "
            + link
            + "1.2.0>; rel=\"successor-version\", "
            + link
            + "1.0.0>; rel=\"predecessor-version\"");
  }

  @Test
  void whatIsHandedOutIsWhatTheClientVerifies() throws IOException {
    Registry registry = registry();
    registry.release("mona/LinkedList/1.1.1", Archives.sound(), METADATA);
    String release = registry.at("mona/LinkedList/1.1.1");
    byte[] zip = registry.reader.get(release + ".zip").body();
    JsonNode signing =
        registry.reader.get(release).json().path("resources").path(0).path("signing");
    Map<String, byte[]> manifests =
        Map.of(
            "Package.swift",
            registry.reader.get(release + "/Package.swift").body(),
            "Package@swift-5.9.swift",
            registry.reader.get(release + "/Package.swift?swift-version=5.9.0").body(),
            "Package@swift-6.swift",
            registry.reader.get(release + "/Package.swift?swift-version=6.0.0").body());
    List<X509Certificate> root =
        TestSigner.chain(
            List.of(
                Bytes.of(
                    anonymous().get("/" + registry.name + "/keys/swift/root.cer").is(200).body())));

    VerificationReport report =
        new ReleaseVerifier(CertificatePolicy.at(Instant.now(), root))
            .release(
                ContentHash.of(zip),
                Optional.of(
                    Base64.getDecoder().decode(signing.path("signatureBase64Encoded").asText())),
                manifests);

    assertThat(report.findings()).isEmpty();
    assertThat(report.signatures()).hasSize(4);
  }

  @Test
  void aReleaseWithoutMetadataHasAnEmptyOne() {
    Registry registry = registry();
    registry.release("mona/LinkedList/1.1.1", Archives.sound(), null);

    JsonNode release = registry.reader.get(registry.at("mona/LinkedList/1.1.1.json")).json();

    assertThat(release.path("metadata").isObject()).isTrue();
    assertThat(release.path("metadata")).isEmpty();
  }

  @Test
  void handsOutTheMainManifestAndNamesTheOthers() {
    Registry registry = registry();
    registry.release("mona/LinkedList/1.1.1", Archives.sound(), METADATA);

    Answer answer =
        registry
            .reader
            .get(
                registry.at("mona/LinkedList/1.1.1/Package.swift"),
                "Accept",
                "application/vnd.swift.registry.v1+swift")
            .is(200);

    answer.has("Content-Type", "text/x-swift").has("Content-Version", "1");
    answer.has("Content-Disposition", "attachment; filename=\"Package.swift\"");
    assertThat(answer.text())
        .startsWith(Archives.manifest("5.7"))
        .contains("\n// signature: cms-1.0.0;");
    String at = "<" + registry.publicly("mona/LinkedList/1.1.1/Package.swift");
    answer.has(
        "Link",
        at
            + "?swift-version=5.9>; rel=\"alternate\"; filename=\"Package@swift-5.9.swift\";"
            + " swift-tools-version=\"5.9\", "
            + at
            + "?swift-version=6.0>; rel=\"alternate\"; filename=\"Package@swift-6.swift\";"
            + " swift-tools-version=\"6.0\"");
  }

  @ParameterizedTest
  @CsvSource({
    "5.9, Package@swift-5.9.swift",
    "5.9.0, Package@swift-5.9.swift",
    "6, Package@swift-6.swift",
    "6.0, Package@swift-6.swift",
    "6.0.0, Package@swift-6.swift"
  })
  void findsAManifestByTheToolsVersionWhateverItsForm(String version, String file) {
    Registry registry = registry();
    registry.release("mona/LinkedList/1.1.1", Archives.sound(), METADATA);

    registry
        .reader
        .get(registry.at("mona/LinkedList/1.1.1/Package.swift?swift-version=" + version))
        .is(200)
        .has("Content-Disposition", "attachment; filename=\"" + file + "\"")
        .has("Content-Version", "1")
        .has("Content-Type", "text/x-swift");
  }

  @Test
  void sendsToTheMainManifestWhenThereIsNoneForAVersion() {
    Registry registry = registry();
    registry.release("mona/LinkedList/1.1.1", Archives.sound(), METADATA);
    String manifest = registry.at("mona/LinkedList/1.1.1/Package.swift");

    for (String version : List.of("5.7", "5.9.1", "4")) {
      registry
          .reader
          .get(manifest + "?swift-version=" + version)
          .is(303)
          .has("Location", PUBLIC + manifest)
          .has("Content-Version", "1");
    }
    registry.reader.get(manifest + "?swift-version=x").isRefused(400, "swift-version");
  }

  @Test
  void handsOutTheArchiveWholeInPartsOrNotAtAll() {
    Registry registry = registry();
    byte[] zip = registry.release("mona/LinkedList/1.1.1", Archives.sound(), METADATA);
    String path = registry.at("mona/LinkedList/1.1.1.zip");

    Answer whole = registry.reader.get(path).is(200);

    assertThat(whole.body()).isEqualTo(zip);
    whole.has("Content-Type", "application/zip").has("Content-Length", "" + zip.length);
    whole.has("Content-Disposition", "attachment; filename=\"LinkedList-1.1.1.zip\"");
    byte[] hash = PartReceiver.digest("SHA-256").digest(zip);
    whole.has("Digest", "sha-256=" + Base64.getEncoder().encodeToString(hash));
    whole.has("X-Swift-Package-Signature-Format", "cms-1.0.0").has("Content-Version", "1");
    whole.has(
        "X-Swift-Package-Signature",
        registry.record(LIB).orElseThrow().signed().orElseThrow().signature().toBase64());
    String etag = '"' + sha256(zip) + '"';
    whole.has("ETag", etag).has("Accept-Ranges", "bytes");

    for (int first = 0; first < zip.length; first += zip.length / 7) {
      for (int last = first; last < zip.length; last += zip.length / 5) {
        Answer part = registry.reader.get(path, "Range", "bytes=" + first + "-" + last).is(206);
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(zip, first, last + 1));
        part.has("Content-Range", "bytes " + first + "-" + last + "/" + zip.length);
      }
    }
    registry
        .reader
        .get(path, "Range", "bytes=" + zip.length + "-")
        .isRefused(416, "bytes")
        .has("Content-Range", "bytes */" + zip.length);
    registry.reader.get(path, "If-None-Match", etag).is(304).has("ETag", etag);
    registry.reader.get(path, "Range", "bytes=0-1", "If-Range", "\"other\"").is(200);
    registry.reader.get(path, "Range", "bytes=0-1", "If-Range", etag).is(206);
    Answer head = registry.reader.head(path).is(200);
    head.has("Content-Length", "" + zip.length).has("ETag", etag);
    assertThat(head.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mona/LinkedList",
        "mona/LinkedList/1.1.1",
        "mona/LinkedList/1.1.1/Package.swift",
        "mona/LinkedList/1.1.1/Package.swift?swift-version=5.9",
        "mona/LinkedList/1.1.1.zip",
        "identifiers?url=https://git.test/mona/LinkedList",
        "availability",
        "mona/Nothing",
        "mona/LinkedList/9.9.9",
      })
  void headMirrorsGet(String path) {
    Registry registry = registry();
    registry.release("mona/LinkedList/1.1.1", Archives.sound(), METADATA);

    Answer get = registry.reader.get(registry.at(path));
    Answer head = registry.reader.head(registry.at(path)).is(get.status());

    assertThat(head.body()).isEmpty();
    for (String header :
        List.of("Content-Type", "Content-Version", "Content-Length", "ETag", "Link")) {
      assertThat(head.header(header)).as(header).isEqualTo(get.header(header));
    }
  }

  @Test
  void documentsThatDidNotChangeAreNotSentAgain() {
    Registry registry = registry();
    registry.release("mona/LinkedList/1.1.1", Archives.sound(), METADATA);

    for (String path :
        List.of(
            "mona/LinkedList", "mona/LinkedList/1.1.1", "mona/LinkedList/1.1.1/Package.swift")) {
      String etag = registry.reader.get(registry.at(path)).header("ETag").orElseThrow();
      Answer again = registry.reader.get(registry.at(path), "If-None-Match", etag).is(304);
      assertThat(again.body()).isEmpty();
    }
  }

  @Test
  void findsThePackageOfASourceRepository() {
    Registry registry = registry();
    registry.release("mona/LinkedList/1.1.1", Archives.sound(), METADATA);
    // Who claims the same later does not get it.
    registry.release("aaa/Thief/9.0.0", Archives.sound(), METADATA);

    for (String url :
        List.of(
            "https://git.test/mona/LinkedList",
            "https://git.test/mona/linkedlist.git",
            "git@git.test:mona/LinkedList.git",
            "ssh://git@git.test:22/mona/LinkedList.git/",
            "https://git.test/mona/mirror")) {
      Answer found = registry.reader.get(registry.at("identifiers?url=" + url)).is(200);
      found.has("Content-Type", "application/json").has("Content-Version", "1");
      assertThat(found.text()).isEqualTo("{\"identifiers\":[\"mona.LinkedList\"]}");
    }
    registry
        .reader
        .get(registry.at("identifiers?url=https://git.test/mona/Other"))
        .isRefused(404, "No package");
    registry.reader.get(registry.at("identifiers")).isRefused(400, "url");
    registry.reader.get(registry.at("identifiers?url=")).isRefused(400, "url");
  }

  @Test
  void aWithdrawnReleaseStaysInTheListAndIsNowhereElse() {
    Registry registry = registry();
    registry.release("mona/LinkedList/1.1.0", Archives.sound(), METADATA);
    registry.release("mona/LinkedList/1.1.1", Archives.sound(), METADATA);
    String release = registry.at("mona/LinkedList/1.1.1");

    registry.reader.delete(release).isRefused(403, "scope push");
    registry.pusher.delete(release).is(204);
    registry.pusher.delete(release).is(204);

    JsonNode releases = registry.reader.get(registry.at("mona/LinkedList")).json().path("releases");
    JsonNode problem = releases.path("1.1.1").path("problem");
    assertThat(problem.path("status").asInt()).isEqualTo(410);
    assertThat(problem.path("detail").asText()).isNotEmpty();
    assertThat(problem.path("title").asText()).isEqualTo("Gone");
    assertThat(releases.path("1.1.0").has("url")).isTrue();
    for (String path : List.of("", "/Package.swift", ".zip")) {
      registry.reader.get(release + path).isRefused(410, "withdrawn");
    }
    registry.reader.get(registry.at("identifiers?url=https://git.test/mona/LinkedList")).is(200);
    registry
        .publish("mona/LinkedList/1.1.1", Form.archive(Archives.sound()))
        .isRefused(409, "withdrawn");
    assertThat(registry.record(LIB).orElseThrow().upload().parts()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/vnd.swift.registry.v1+json | 200",
        "application/vnd.swift.registry+json | 200",
        "application/vnd.swift.registry.v1 | 200",
        "application/vnd.swift.registry | 200",
        "*/* | 200",
        "application/json | 200",
        "application/vnd.swift.registry.v1+json; q=0.5, text/plain | 200",
        "application/vnd.swift.registry.v2+json, application/vnd.swift.registry.v1+json | 200",
        "application/vnd.swift.registry.v2+json | 415",
        "application/vnd.swift.registry.vx+json | 400",
        "application/vnd.swift.registry.v1+exe | 400",
        "application/vnd.swift.registryx | 400",
      })
  void speaksVersion1ToWhoeverTakesIt(String accept, int status) {
    Registry registry = registry();
    registry.release("mona/LinkedList/1.1.1", Archives.sound(), METADATA);

    Answer answer = registry.reader.get(registry.at("mona/LinkedList"), "Accept", accept);

    answer.is(status).has("Content-Version", "1");
  }

  @Test
  void whatIsNotThereIsNotFoundInTheClientsWords() {
    Registry registry = registry();
    registry.release("mona/LinkedList/1.1.1", Archives.sound(), METADATA);

    for (String path :
        List.of(
            "mona/Other",
            "mona/LinkedList/1.1.2",
            "mona/LinkedList/v1.1.1",
            "mona/LinkedList/1.1.1.tar",
            "mona/LinkedList/1.1.2.zip",
            "mona/LinkedList/1.1.1/Package@swift-5.9.swift",
            "mona/../LinkedList/1.1.1",
            "submissions/a/b/1.0.0/x",
            "a/b/c/d/e/f",
            "mona",
            "")) {
      registry.reader.get(registry.at(path)).isRefused(404, "");
    }
    registry.reader.get(registry.at("%ff/x")).isRefused(400, "no UTF-8");
  }

  @Test
  void tellsThatItIsThereAndWhatItCanDo() {
    Registry registry = registry();
    anonymous().get(registry.at("availability")).is(200).has("Content-Version", "1");
    Answer options = anonymous().send("OPTIONS", registry.at("mona/LinkedList"), null).is(200);
    assertThat(options.header("Allow").orElseThrow()).contains("PUT");
    assertThat(options.header("Link").orElseThrow()).endsWith("rel=\"service-desc\"");
  }
}
