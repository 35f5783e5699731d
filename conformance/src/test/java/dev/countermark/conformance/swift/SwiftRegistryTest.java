package dev.countermark.conformance.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.swift.SwiftPackage;
import dev.countermark.testkit.swift.SwiftPublication;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A registry as its clients read it, without a toolchain (swift reference, sections 1 to 4, 6). */
@ExtendWith(PlatformExtension.class)
class SwiftRegistryTest {
  private static final SwiftAuthority AUTHORS = new SwiftAuthority("Authors");
  private static final SwiftAuthority.Signer AUTHOR = AUTHORS.signer("An author");

  private Platform platform;
  private SwiftRegistry registry;

  @BeforeEach
  void open(Platform platform) {
    this.platform = platform;
    registry = SwiftRegistry.open(platform);
  }

  private static ObjectNode settings() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static ObjectNode trustingAuthors(String policy) {
    ObjectNode settings = settings().put("authors", policy);
    try {
      settings
          .putArray("authorRoots")
          .add(Base64.getEncoder().encodeToString(AUTHORS.root().getEncoded()));
      return settings;
    } catch (java.security.cert.CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As {@code publish} makes it with a key: signed manifests in the archive, then the archive. */
  private static SwiftPublication authored(SwiftPackage pkg) {
    SwiftPackage signed = authoredFiles(pkg);
    byte[] archive = signed.archive();
    return new SwiftPublication(
        archive,
        Optional.of(AUTHOR.sign(archive)),
        pkg.metadata(),
        pkg.metadata().map(m -> AUTHOR.sign(m.getBytes(StandardCharsets.UTF_8))));
  }

  private static SwiftPackage authoredFiles(SwiftPackage pkg) {
    SwiftPackage signed = pkg;
    for (String manifest : List.of(SwiftPackage.MANIFEST, SwiftPackage.MANIFEST_5_9)) {
      signed = signed.with(manifest, AUTHOR.signManifest(pkg.file(manifest)));
    }
    return signed;
  }

  private void assertSigned(SwiftRelease release) {
    assertSigned(release, registry.root());
  }

  private static void assertSigned(SwiftRelease release, X509Certificate root) {
    SwiftPackage pkg = release.pkg();
    assertThat(release.signatureFormat()).isEqualTo("cms-1.0.0");
    assertThat(release.checksum()).isEqualTo(SwiftSignatures.sha256(release.archive()));
    SwiftSignatures.assertGenuine(release.signature().orElseThrow(), release.archive(), root);
    assertThat(release.manifests()).isNotEmpty();
    release
        .manifests()
        .forEach(
            (file, content) ->
                SwiftSignatures.assertManifestGenuine(content, pkg.file(file), root));
  }

  private static Map<String, byte[]> unzipped(byte[] archive) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), zip.readAllBytes());
      }
    }
    return files;
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  private static JsonNode json(HttpResponse<byte[]> answer) {
    return Json.read(answer.body(), JsonNode.class);
  }

  private static void assertProblem(HttpResponse<byte[]> answer, int status) {
    String text = new String(answer.body(), StandardCharsets.UTF_8);
    assertThat(answer.statusCode()).as(text).isEqualTo(status);
    // Without these two the client does not show the detail.
    assertThat(header(answer, "Content-Version")).isEqualTo("1");
    assertThat(header(answer, "Content-Type")).startsWith("application/problem+json");
    assertThat(json(answer).path("detail").asText()).as(text).isNotBlank();
  }

  @Test
  void signsManifestsIntoTheArchive() throws IOException {
    SwiftPackage pkg = SwiftPackage.of("Embedded", "1.0.0");

    SwiftRelease release = registry.published(pkg);

    assertSigned(release);
    Map<String, byte[]> files = unzipped(release.archive());
    assertThat(files.keySet()).containsExactlyElementsOf(unzipped(pkg.archive()).keySet());
    for (Map.Entry<String, byte[]> file : pkg.files().entrySet()) {
      byte[] expected = release.manifests().getOrDefault(file.getKey(), file.getValue());
      assertThat(files.get(pkg.id() + "/" + file.getKey())).as(file.getKey()).isEqualTo(expected);
    }
  }

  @Test
  void leavesTheArchiveAloneWhenTold() {
    registry = SwiftRegistry.open(platform, settings().put("archives", "overlay"));
    SwiftPackage pkg = SwiftPackage.of("Overlaid", "1.0.0");

    SwiftRelease release = registry.published(pkg);

    assertSigned(release);
    assertThat(release.archive()).isEqualTo(pkg.archive());
  }

  @Test
  void describesReleasesAsDecodersWantThem() {
    SwiftPackage pkg =
        SwiftPackage.of("Described", "1.2.3-beta.1")
            .metadata(
                "{\"description\":\"a=b\",\"repositoryURLs\":[\"https://example.com/d.git\"],"
                    + "\"originalPublicationTime\":\"2026-05-01T10:00:00.123+02:00\"}");
    SwiftRelease release = registry.published(pkg);

    HttpResponse<byte[]> answer = registry.get("/" + pkg.path(), SwiftRegistry.JSON);

    assertThat(header(answer, "Content-Version")).isEqualTo("1");
    assertThat(header(answer, "Content-Type")).startsWith("application/json");
    ObjectNode document = (ObjectNode) json(answer);
    assertThat(document.path("publishedAt").asText())
        .matches("[-0-9]+T[0-9]{2}:[0-9]{2}:[0-9]{2}Z");
    document.remove("publishedAt");
    String expected =
        """
        {"id":"demo.Described","version":"1.2.3-beta.1","resources":[{"name":"source-archive",
        "type":"application/zip","checksum":"%s","signing":{"signatureBase64Encoded":"%s",
        "signatureFormat":"cms-1.0.0"}}],"metadata":{"description":"a=b",
        "repositoryURLs":["https://example.com/d.git"],
        "originalPublicationTime":"2026-05-01T08:00:00Z"}}"""
            .formatted(
                SwiftSignatures.sha256(release.archive()),
                Base64.getEncoder().encodeToString(release.signature().orElseThrow()));
    assertThat((JsonNode) document)
        .isEqualTo(Json.read(expected.getBytes(StandardCharsets.UTF_8), JsonNode.class));
    HttpResponse<byte[]> list = registry.get("/demo/described", SwiftRegistry.JSON);
    assertThat(json(list).path("releases").path("1.2.3-beta.1").has("url")).isTrue();
  }

  @Test
  void handsOutArchivesWithTheirSignature() {
    SwiftPackage pkg = SwiftPackage.of("Archived", "1.0.0");
    SwiftRelease release = registry.published(pkg);

    HttpResponse<byte[]> answer = registry.get("/" + pkg.path() + ".zip", SwiftRegistry.ZIP);

    assertThat(header(answer, "Content-Type")).isEqualTo("application/zip");
    assertThat(header(answer, "Content-Length")).isEqualTo("" + release.archive().length);
    assertThat(header(answer, "X-Swift-Package-Signature-Format")).isEqualTo("cms-1.0.0");
    assertThat(Base64.getDecoder().decode(header(answer, "X-Swift-Package-Signature")))
        .isEqualTo(release.signature().orElseThrow());
    assertThat(header(answer, "Content-Disposition"))
        .isEqualTo("attachment; filename=\"Archived-1.0.0.zip\"");
    HttpResponse<byte[]> range =
        registry.send(
            registry
                .request("/" + pkg.path() + ".zip")
                .header("Accept", SwiftRegistry.ZIP)
                .header("Range", "bytes=1-3")
                .build());
    assertThat(range.statusCode()).isEqualTo(206);
    assertThat(range.body()).isEqualTo(java.util.Arrays.copyOfRange(release.archive(), 1, 4));
  }

  /** The client always asks with three components. */
  @ParameterizedTest
  @CsvSource({"5.9.0,200", "5.9,200", "5.8.0,303", "6.0.0,303"})
  void findsManifestsByNumber(String version, int status) {
    SwiftPackage pkg = SwiftPackage.of("Manifests", "1.0.0");
    SwiftRelease release = registry.published(pkg);
    String path = "/" + pkg.path() + "/Package.swift";

    HttpResponse<byte[]> main = registry.get(path, SwiftRegistry.SWIFT);
    HttpResponse<byte[]> answer =
        registry.get(path + "?swift-version=" + version, SwiftRegistry.SWIFT);

    assertThat(header(main, "Link"))
        .matches(
            "<[^>,;]+>; rel=\"alternate\"; filename=\"Package@swift-5.9.swift\";"
                + " swift-tools-version=\"5.9\"");
    assertThat(header(main, "Content-Version")).isEqualTo("1");
    assertThat(header(main, "Content-Type")).startsWith("text/x-swift");
    assertThat(answer.statusCode()).isEqualTo(status);
    if (status == 200) {
      assertThat(answer.body()).isEqualTo(release.manifests().get(SwiftPackage.MANIFEST_5_9));
    } else {
      assertThat(header(answer, "Location")).endsWith(path);
    }
  }

  @Test
  void answersAPublicationAsTheClientWantsIt() {
    SwiftPackage pkg = SwiftPackage.of("Answered", "1.0.0");

    HttpResponse<byte[]> answer = registry.publish(pkg);

    SwiftRegistry.assertAccepted(answer);
    assertThat(header(answer, "Content-Version")).isEqualTo("1");
    assertThat(header(answer, "Location")).startsWith(registry.url() + "/");
    registry.awaitAvailable(pkg);
    HttpResponse<byte[]> again = registry.publish(pkg);
    assertProblem(again, 409);
    assertThat(json(again).path("detail").asText()).contains("demo.Answered 1.0.0");
  }

  @Test
  void oneOfManyPublicationsAtOnceWins() throws Exception {
    SwiftPackage pkg = SwiftPackage.of("Race", "1.0.0");
    ExecutorService threads = Executors.newFixedThreadPool(10);
    try {
      List<Future<Integer>> answers =
          java.util.stream.IntStream.range(0, 10)
              .mapToObj(i -> threads.submit(() -> registry.publish(pkg).statusCode()))
              .toList();
      int accepted = 0;
      for (Future<Integer> answer : answers) {
        assertThat(answer.get()).isIn(201, 202, 409);
        accepted += answer.get() == 409 ? 0 : 1;
      }
      assertThat(accepted).isEqualTo(1);
    } finally {
      threads.shutdownNow();
    }
    registry.awaitAvailable(pkg);
    assertSigned(registry.release(pkg));
  }

  /** Case 26: a release is absent, or it is there with all its signatures. */
  @Test
  void nobodySeesAReleaseHalfSigned() throws Exception {
    X509Certificate root = registry.root();
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService reader = Executors.newSingleThreadExecutor();
    try {
      Future<Integer> seen = reader.submit(() -> readUntil(done, root));
      for (int i = 0; i < 10; i++) {
        SwiftPackage pkg = SwiftPackage.of("Seen", "1.0." + i);
        SwiftRegistry.assertAccepted(registry.publish(pkg));
        registry.awaitAvailable(pkg);
      }
      done.set(true);
      assertThat(seen.get()).isPositive();
    } finally {
      done.set(true);
      reader.shutdownNow();
    }
  }

  private int readUntil(AtomicBoolean done, X509Certificate root) {
    int seen = 0;
    while (!done.get()) {
      for (int i = 0; i < 10; i++) {
        SwiftPackage pkg = SwiftPackage.of("Seen", "1.0." + i);
        if (registry.get("/" + pkg.path(), SwiftRegistry.JSON).statusCode() == 200) {
          assertSigned(registry.release(pkg), root);
          seen++;
        }
      }
    }
    return seen;
  }

  @Test
  void findsPackagesByTheirSource() {
    SwiftPackage pkg =
        SwiftPackage.of("Sourced", "1.0.0")
            .metadata("{\"repositoryURLs\":[\"https://example.com/demo/Sourced.git\"]}");
    registry.published(pkg);

    HttpResponse<byte[]> found =
        registry.get(
            "/identifiers?url=" + Platform.encoded("https://example.com/demo/sourced"),
            SwiftRegistry.JSON);

    assertThat(found.statusCode()).isEqualTo(200);
    assertThat(json(found).path("identifiers").path(0).asText()).isEqualTo("demo.Sourced");
    assertProblem(
        registry.get(
            "/identifiers?url=" + Platform.encoded("https://example.com/other"),
            SwiftRegistry.JSON),
        404);
    assertProblem(registry.get("/identifiers", SwiftRegistry.JSON), 400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/login"})
  void logsIn(String path) {
    registry = SwiftRegistry.openPrivate(platform);

    assertThat(login(path, "Bearer " + registry.repository().token()).statusCode()).isEqualTo(200);
    assertThat(login(path, basic("token:" + registry.repository().token())).statusCode())
        .isEqualTo(200);
    assertProblem(login(path, "Bearer wrong"), 401);
    assertProblem(
        registry.send(registry.request("/demo/Any").header("Accept", SwiftRegistry.JSON).build()),
        401);
  }

  private static String basic(String credentials) {
    return "Basic "
        + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
  }

  private HttpResponse<byte[]> login(String path, String authorization) {
    return registry.send(
        registry
            .request(path)
            .header("Authorization", authorization)
            .POST(BodyPublishers.noBody())
            .build());
  }

  @Test
  void negotiatesVersions() {
    SwiftPackage pkg = SwiftPackage.of("Negotiated", "1.0.0");
    registry.published(pkg);
    String path = "/" + pkg.path();

    for (String accept :
        List.of("*/*", "application/vnd.swift.registry+json", "application/json")) {
      assertThat(registry.get(path, accept).statusCode()).as(accept).isEqualTo(200);
    }
    assertProblem(registry.get(path, "application/vnd.swift.registry.v2+json"), 415);
    assertProblem(registry.get(path, "application/vnd.swift.registry.vx+json"), 400);
  }

  // ---- releases that their author signed -------------------------------------------------------

  @Test
  void keepsAnAuthorsSignature() {
    registry = SwiftRegistry.open(platform, trustingAuthors("keep-author"));
    SwiftPackage pkg = SwiftPackage.of("Kept", "1.0.0").metadata("{\"description\":\"kept\"}");
    SwiftPublication upload = authored(pkg);

    SwiftRegistry.assertAccepted(registry.publish(pkg.path(), upload));
    registry.awaitAvailable(pkg);
    SwiftRelease release = registry.release(pkg);

    assertThat(release.archive()).isEqualTo(upload.archive());
    assertThat(release.signature().orElseThrow()).isEqualTo(upload.signature().orElseThrow());
    assertSigned(release, AUTHORS.root());
    assertThat(release.manifests().get(SwiftPackage.MANIFEST))
        .isEqualTo(authoredFilesOf(upload, pkg));
  }

  private static byte[] authoredFilesOf(SwiftPublication upload, SwiftPackage pkg) {
    try {
      return unzipped(upload.archive()).get(pkg.id() + "/" + SwiftPackage.MANIFEST);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void replacesAnAuthorsSignatureAndKeepsItAsEvidence() {
    registry = SwiftRegistry.open(platform, trustingAuthors("replace"));
    SwiftPackage pkg = SwiftPackage.of("Replaced", "1.0.0");
    SwiftPublication upload = authored(pkg);

    SwiftRegistry.assertAccepted(registry.publish(pkg.path(), upload));
    JsonNode metadata = registry.awaitAvailable(pkg).path("metadata");
    SwiftRelease release = registry.release(pkg);

    assertThat(release.archive()).isEqualTo(upload.archive());
    SwiftSignatures.assertGenuine(
        release.signature().orElseThrow(), upload.archive(), registry.root());
    // The author's line stays, and the repository's is over it.
    SwiftSignatures.assertManifestGenuine(
        release.manifests().get(SwiftPackage.MANIFEST),
        authoredFilesOf(upload, pkg),
        registry.root());
    assertThat(metadata.path("authorSignature").path("signatureBase64Encoded").asText())
        .isEqualTo(Base64.getEncoder().encodeToString(upload.signature().orElseThrow()));
  }

  @Test
  void requiresAnAuthorsSignature() {
    registry = SwiftRegistry.open(platform, trustingAuthors("require"));
    SwiftPackage pkg = SwiftPackage.of("Required", "1.0.0");

    assertProblem(registry.publish(pkg), 422);
    SwiftRegistry.assertAccepted(registry.publish(pkg.path(), authored(pkg)));
    registry.awaitAvailable(pkg);
    assertSigned(registry.release(pkg), AUTHORS.root());
  }

  @Test
  void refusesAuthorsSignaturesThatNobodyCouldVerify() {
    registry = SwiftRegistry.open(platform, trustingAuthors("keep-author"));
    SwiftPackage pkg = SwiftPackage.of("Forged", "1.0.0");
    SwiftPublication good = authored(pkg);
    SwiftAuthority.Signer stranger = new SwiftAuthority("Strangers").signer("A stranger");

    assertProblem(registry.publish(pkg.path(), signed(good, AUTHOR.sign(new byte[] {1}))), 422);
    assertProblem(registry.publish(pkg.path(), signed(good, stranger.sign(good.archive()))), 422);
    assertProblem(
        registry.publish(
            pkg.path(), signed(good, AUTHOR.withoutIntermediate().sign(good.archive()))),
        422);
    // Signed, but its manifests are not: no client could resolve it.
    assertProblem(
        registry.publish(
            pkg.path(), signed(SwiftPublication.of(pkg.archive()), AUTHOR.sign(pkg.archive()))),
        422);
    SwiftRegistry.assertAccepted(registry.publish(pkg.path(), good));
    registry.awaitAvailable(pkg);
  }

  private static SwiftPublication signed(SwiftPublication upload, byte[] cms) {
    return new SwiftPublication(
        upload.archive(), Optional.of(cms), upload.metadata(), upload.metadataSignature());
  }

  // ---- trust material ---------------------------------------------------------------------------

  @Test
  void handsOutWhatClientsNeed() {
    HttpResponse<byte[]> answer =
        platform.get(
            "/" + registry.repository().path() + "/keys/swift/registries.json?roots=/etc/roots");

    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode config = json(answer);
    assertThat(config.path("registries").path("[default]").path("url").asText())
        .endsWith(registry.base());
    JsonNode signing = config.path("security").path("default").path("signing");
    assertThat(signing.path("onUnsigned").asText()).isEqualTo("error");
    assertThat(signing.path("onUntrustedCertificate").asText()).isEqualTo("error");
    assertThat(signing.path("trustedRootCertificatesPath").asText()).isEqualTo("/etc/roots");
    assertThat(registry.root().getBasicConstraints()).isNotNegative();
  }
}
