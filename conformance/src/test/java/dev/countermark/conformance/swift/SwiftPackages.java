package dev.countermark.conformance.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Alterations;
import dev.countermark.conformance.Packages;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.Json;
import dev.countermark.format.swift.signature.ContentHash;
import dev.countermark.format.swift.verify.CertificatePolicy;
import dev.countermark.format.swift.verify.ReleaseVerifier;
import dev.countermark.format.swift.verify.SignatureSummary;
import dev.countermark.format.swift.verify.VerificationReport;
import dev.countermark.testkit.swift.SwiftPackage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Releases of one package. Fetched are its archive, the archive's signature and the manifests. */
final class SwiftPackages implements Packages {
  private static final String NAME = "Case";
  private static final String VERSION = "1.0.";
  private static final String ARCHIVE = "source-archive.zip";
  private static final String SIGNATURE = "source-archive.sig";

  private final Platform platform;
  private final SwiftRegistry registry;

  SwiftPackages(Platform platform, SwiftRegistry registry) {
    this.platform = platform;
    this.registry = registry;
  }

  static SwiftPackage pkg(int number) {
    return SwiftPackage.of(NAME, VERSION + number);
  }

  @Override
  public int push(int number) {
    return registry.publish(pkg(number)).statusCode();
  }

  @Override
  public String name(int number) {
    return pkg(number).id() + "/" + VERSION + number;
  }

  /** What is not signed cannot be had. */
  @Override
  public boolean isSigned(int number) {
    return read(number) == 200;
  }

  @Override
  public int read(int number) {
    return Packages.available(registry.get("/" + pkg(number).path(), SwiftRegistry.JSON))
        .statusCode();
  }

  @Override
  public Optional<List<Integer>> listed() {
    HttpResponse<byte[]> answer =
        Packages.available(registry.get("/" + pkg(0).scope() + "/" + NAME, SwiftRegistry.JSON));
    List<Integer> numbers = new ArrayList<>();
    if (answer.statusCode() == 200) {
      Json.read(answer.body(), JsonNode.class)
          .path("releases")
          .fieldNames()
          .forEachRemaining(v -> numbers.add(Integer.parseInt(v.substring(VERSION.length()))));
    }
    return Optional.of(numbers);
  }

  @Override
  public Optional<Map<String, byte[]>> fetch(int number) {
    String path = "/" + pkg(number).path();
    HttpResponse<byte[]> release = Packages.available(registry.get(path, SwiftRegistry.JSON));
    if (release.statusCode() == 404) {
      return Optional.empty();
    }
    JsonNode signing =
        Json.read(release.body(), JsonNode.class).path("resources").path(0).path("signing");
    return Optional.of(
        Map.of(
            ARCHIVE,
            found(path + ".zip", SwiftRegistry.ZIP),
            SIGNATURE,
            Base64.getDecoder().decode(signing.path("signatureBase64Encoded").asText()),
            SwiftPackage.MANIFEST,
            found(path + "/Package.swift", SwiftRegistry.SWIFT),
            SwiftPackage.MANIFEST_5_9,
            found(path + "/Package.swift?swift-version=5.9.0", SwiftRegistry.SWIFT)));
  }

  /** What belongs to a release that is there is there, too. */
  private byte[] found(String path, String type) {
    HttpResponse<byte[]> answer = Packages.available(registry.get(path, type));
    assertThat(answer.statusCode()).as(path).isEqualTo(200);
    return answer.body();
  }

  private X509Certificate root() {
    HttpResponse<byte[]> answer =
        Packages.available(
            platform.get("/" + registry.repository().path() + "/keys/swift/root.cer"));
    assertThat(answer.statusCode()).isEqualTo(200);
    return SwiftSignatures.certificate(answer.body());
  }

  @Override
  public Optional<String> verify(int number, Map<String, byte[]> files) {
    try {
      VerificationReport report =
          new ReleaseVerifier(CertificatePolicy.at(Instant.now(), List.of(root())))
              .release(
                  ContentHash.of(files.get(ARCHIVE)),
                  Optional.of(files.get(SIGNATURE)),
                  Map.of(
                      SwiftPackage.MANIFEST,
                      files.get(SwiftPackage.MANIFEST),
                      SwiftPackage.MANIFEST_5_9,
                      files.get(SwiftPackage.MANIFEST_5_9)));
      return report.accepted() && isPushed(pkg(number), files.get(ARCHIVE))
          ? report.signatures().stream()
              .filter(signature -> signature.over().equals(ReleaseVerifier.ARCHIVE))
              .map(SignatureSummary::fingerprint)
              .findFirst()
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("reading memory", e);
    }
  }

  /** Every file is in the archive as it was pushed, but for the signature lines of manifests. */
  private static boolean isPushed(SwiftPackage pkg, byte[] archive) throws IOException {
    int found = 0;
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String file = entry.getName().substring(entry.getName().indexOf('/') + 1);
        if (!entry.isDirectory()) {
          byte[] content = zip.readAllBytes();
          byte[] original = pkg.file(file);
          if (!Arrays.equals(
              SwiftSignatures.split(content).map(m -> m.content().toArray()).orElse(content),
              original)) {
            return false;
          }
          found++;
        }
      }
    }
    return found == pkg.files().size();
  }

  @Override
  public List<Map<String, byte[]>> altered(Map<String, byte[]> files) {
    return List.of(
        Alterations.flipped(files, ARCHIVE, -1),
        Alterations.flipped(files, SIGNATURE, -1),
        Alterations.flipped(files, SwiftPackage.MANIFEST, 3),
        Alterations.flipped(files, SwiftPackage.MANIFEST_5_9, -3));
  }

  /** Of the one form that clients understand, which our own verifier takes less strictly. */
  @Override
  public void assertSignedOnce(int number) {
    Map<String, byte[]> files = fetch(number).orElseThrow();
    X509Certificate root = root();
    SwiftSignatures.assertGenuine(files.get(SIGNATURE), files.get(ARCHIVE), root);
    for (String manifest : List.of(SwiftPackage.MANIFEST, SwiftPackage.MANIFEST_5_9)) {
      SwiftSignatures.assertManifestGenuine(files.get(manifest), pkg(number).file(manifest), root);
    }
  }

  @Override
  public OptionalInt delete(int number) {
    return OptionalInt.empty();
  }
}
