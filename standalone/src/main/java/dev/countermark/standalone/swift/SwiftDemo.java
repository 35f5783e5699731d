package dev.countermark.standalone.swift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.countermark.format.swift.signature.ContentHash;
import dev.countermark.format.swift.verify.CertificatePolicy;
import dev.countermark.format.swift.verify.ReleaseVerifier;
import dev.countermark.standalone.RunningPlatform;
import dev.countermark.standalone.UserError;
import dev.countermark.standalone.demo.Checks;
import dev.countermark.standalone.demo.Clients;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Publishes a Swift package, waits until it is signed, verifies and resolves it. */
final class SwiftDemo {
  private static final ObjectMapper PARSER = new ObjectMapper();
  private static final String SCOPE = "countermark";
  private static final String NAME = "Demo";
  private static final String ID = SCOPE + "." + NAME;
  private static final String BOUNDARY = "countermark-demo-boundary";
  private static final String JSON = "application/vnd.swift.registry.v1+json";
  private static final String SWIFT = "application/vnd.swift.registry.v1+swift";
  private static final String ZIP = "application/vnd.swift.registry.v1+zip";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String MANIFEST =
      """
      // swift-tools-version:5.9
      import PackageDescription

      let package = Package(
        name: "Demo",
        products: [.library(name: "Demo", targets: ["Demo"])],
        targets: [.target(name: "Demo")])
      """;

  private final String registry;
  private final String keys;
  private final String token;
  private final Checks checks;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  /** Every run publishes a version of its own: a version is given away once. */
  private final String version = "1.0." + Instant.now().getEpochSecond() % 1_000_000_000;

  SwiftDemo(RunningPlatform platform, String repository, Checks checks) {
    this.registry = platform.addresses().url() + "/" + repository + "/swift";
    this.keys = platform.addresses().url() + "/" + repository + "/keys/swift/";
    this.token = platform.adminToken();
    this.checks = checks;
  }

  /** What clients fetch of a release. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Release(byte[] archive, byte[] cms, byte[] manifest) {}

  void show() throws IOException, InterruptedException {
    long start = System.nanoTime();
    publish();
    Release release = awaitAvailable(start);
    byte[] root = get(keys + "root.cer", "*/*");
    ReleaseVerifier verifier =
        new ReleaseVerifier(CertificatePolicy.at(Instant.now(), List.of(certificate(root))));
    verified("archive and manifest signature", verifies(verifier, release));
    byte[] archive = release.archive().clone();
    archive[archive.length - 1] ^= 1;
    verified(
        "altered archive is refused",
        !verifies(verifier, new Release(archive, release.cms(), release.manifest())));
    byte[] manifest = release.manifest().clone();
    manifest[3] ^= 1;
    verified(
        "altered manifest is refused",
        !verifies(verifier, new Release(release.archive(), release.cms(), manifest)));
    if (checks.client("swift").isPresent()) {
      resolve(root);
    } else {
      checks.say("no swift on the PATH: its checks are left out");
    }
  }

  private void verified(String what, boolean passed) {
    checks.check(ID + ", " + what, "own verifier", passed);
  }

  private static boolean verifies(ReleaseVerifier verifier, Release release) throws IOException {
    return verifier
        .release(
            ContentHash.of(release.archive()),
            Optional.of(release.cms()),
            Map.of("Package.swift", release.manifest()))
        .accepted();
  }

  private static X509Certificate certificate(byte[] der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new UserError("the platform's root is no certificate: " + e.getMessage());
    }
  }

  private static byte[] archive() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      entry(zip, "Package.swift", MANIFEST);
      entry(zip, "Sources/Demo/Demo.swift", "public let greeting = \"signed\"\n");
    }
    return out.toByteArray();
  }

  private static void entry(ZipOutputStream zip, String name, String content) throws IOException {
    zip.putNextEntry(new ZipEntry(ID + "/" + name));
    zip.write(content.getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  /** As {@code swift package-registry publish} does. */
  private void publish() throws IOException, InterruptedException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(
        ("--"
                + BOUNDARY
                + "\r\nContent-Disposition: form-data; name=\"source-archive\"\r\n"
                + "Content-Type: application/zip\r\nContent-Transfer-Encoding: binary\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    body.writeBytes(archive());
    body.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
    HttpResponse<byte[]> answer =
        send(
            request(release(), JSON)
                .header("Prefer", "respond-async")
                .header("Content-Type", "multipart/form-data;boundary=\"" + BOUNDARY + "\"")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
    if (answer.statusCode() != 201 && answer.statusCode() != 202) {
      throw new UserError(
          "the publication of "
              + ID
              + " was answered "
              + answer.statusCode()
              + ": "
              + new String(answer.body(), StandardCharsets.UTF_8));
    }
  }

  private String release() {
    return registry + "/" + SCOPE + "/" + NAME + "/" + version;
  }

  private Release awaitAvailable(long start) throws IOException, InterruptedException {
    long end = start + PATIENCE.toNanos();
    while (true) {
      HttpResponse<byte[]> answer = send(request(release(), JSON));
      if (answer.statusCode() == 200) {
        checks.signed(
            ID + " " + version, (System.nanoTime() - start) / 1_000_000, "publishing began");
        JsonNode signing = json(answer.body()).at("/resources/0/signing");
        return new Release(
            get(release() + ".zip", ZIP),
            Base64.getDecoder().decode(signing.path("signatureBase64Encoded").asText()),
            get(release() + "/Package.swift", SWIFT));
      }
      if (System.nanoTime() > end) {
        throw new UserError(ID + " " + version + " was not signed in time");
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  /** With everything unsigned and everybody untrusted an error. */
  private void resolve(byte[] root) throws IOException, InterruptedException {
    Path work = checks.folder();
    Path roots = Files.createDirectories(work.resolve("roots"));
    Path config = Files.createDirectories(work.resolve("config")).resolve("registries.json");
    Files.write(config, get(keys + "registries.json?roots=" + roots, "*/*"));
    Path app = Files.createDirectories(work.resolve("app/Sources/App"));
    Files.writeString(app.resolve("main.swift"), "import Demo\nprint(greeting)\n");
    Files.writeString(
        work.resolve("app/Package.swift"),
        """
        // swift-tools-version:5.9
        import PackageDescription

        let package = Package(
          name: "App",
          dependencies: [.package(id: "%1$s", exact: "%2$s")],
          targets: [
            .executableTarget(name: "App", dependencies: [.product(name: "Demo", package: "%1$s")])
          ])
        """
            .formatted(ID, version));
    Clients.Run refused = resolve(work);
    checks.check(
        ID + " is refused without the root",
        "swift package resolve",
        refused.exitCode() == 1 && refused.output().contains("is not trusted"));
    Files.write(roots.resolve("root.cer"), root);
    checks.check(
        ID + " is resolved, signatures required",
        "swift package resolve",
        resolve(work).succeeded());
  }

  private static Clients.Run resolve(Path work) throws IOException, InterruptedException {
    return Clients.run(
        work.resolve("app"),
        // On Linux the second one says where ~/.swiftpm is, in which links are left behind.
        Map.of("HOME", work.toString(), "CFFIXED_USER_HOME", work.toString()),
        List.of(
            "swift",
            "package",
            "resolve",
            "--config-path",
            work.resolve("config").toString(),
            "--security-path",
            work.resolve("security").toString(),
            "--cache-path",
            work.resolve("cache").toString()));
  }

  private HttpRequest.Builder request(String address, String accept) {
    return HttpRequest.newBuilder(URI.create(address))
        .timeout(Duration.ofSeconds(60))
        .header("Authorization", "Bearer " + token)
        .header("Accept", accept);
  }

  private byte[] get(String address, String accept) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = send(request(address, accept));
    if (answer.statusCode() != 200) {
      throw new UserError(address + " was answered " + answer.statusCode());
    }
    return answer.body();
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static JsonNode json(byte[] content) {
    try {
      return PARSER.readTree(content);
    } catch (IOException e) {
      throw new UserError("the gateway answered with something that is not JSON");
    }
  }
}
