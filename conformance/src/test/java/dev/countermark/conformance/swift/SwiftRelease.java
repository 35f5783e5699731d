package dev.countermark.conformance.swift;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.TamperingProxy.Answer;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.swift.SwiftPackage;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * All that a registry answers about one release: what the platform said, or what an attacker or
 * another registry would say instead.
 *
 * @param checksum of the archive, as the metadata has it
 * @param signature over the archive
 * @param manifests by file name
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SwiftRelease(
    SwiftPackage pkg,
    byte[] archive,
    String checksum,
    Optional<byte[]> signature,
    String signatureFormat,
    Map<String, byte[]> manifests) {
  private static final Map<String, String> VERSION = Map.of("Content-Version", "1");

  public SwiftRelease {
    manifests = new LinkedHashMap<>(manifests);
  }

  /** As pushed by {@code publish} without a key. */
  static SwiftRelease unsigned(SwiftPackage pkg) {
    byte[] archive = pkg.archive();
    return new SwiftRelease(
        pkg,
        archive,
        SwiftSignatures.sha256(archive),
        Optional.empty(),
        "cms-1.0.0",
        manifestsOf(pkg));
  }

  /** Signed by somebody; the manifests in the archive stay as they are. */
  static SwiftRelease signed(SwiftPackage pkg, SwiftAuthority.Signer signer) {
    SwiftRelease release = unsigned(pkg).signature(signer.sign(pkg.archive()));
    for (Map.Entry<String, byte[]> manifest : manifestsOf(pkg).entrySet()) {
      release = release.manifest(manifest.getKey(), signer.signManifest(manifest.getValue()));
    }
    return release;
  }

  private static Map<String, byte[]> manifestsOf(SwiftPackage pkg) {
    return pkg.files().entrySet().stream()
        .filter(file -> file.getKey().matches("Package(@swift-[0-9.]+)?\\.swift"))
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
  }

  SwiftRelease archive(byte[] other) {
    return new SwiftRelease(pkg, other, checksum, signature, signatureFormat, manifests);
  }

  SwiftRelease checksum(String other) {
    return new SwiftRelease(pkg, archive, other, signature, signatureFormat, manifests);
  }

  SwiftRelease signature(byte[] other) {
    return new SwiftRelease(pkg, archive, checksum, Optional.of(other), signatureFormat, manifests);
  }

  SwiftRelease withoutSignature() {
    return new SwiftRelease(pkg, archive, checksum, Optional.empty(), signatureFormat, manifests);
  }

  SwiftRelease signatureFormat(String other) {
    return new SwiftRelease(pkg, archive, checksum, signature, other, manifests);
  }

  SwiftRelease manifest(String file, byte[] content) {
    Map<String, byte[]> changed = new LinkedHashMap<>(manifests);
    changed.put(file, content);
    return new SwiftRelease(pkg, archive, checksum, signature, signatureFormat, changed);
  }

  /**
   * The answers of a registry that has this release only.
   *
   * @param base path of the registry
   */
  Map<String, Answer> answers(String base) {
    String at = base + "/" + pkg.scope() + "/" + pkg.name();
    Map<String, Answer> answers = new LinkedHashMap<>();
    answers.put(at, json("{\"releases\":{\"" + pkg.version() + "\":{}}}"));
    answers.put(at + "/" + pkg.version(), json(metadata()));
    answers.put(at + "/" + pkg.version() + ".zip", Answer.ok("application/zip", archive, VERSION));
    for (Map.Entry<String, byte[]> manifest : manifests.entrySet()) {
      String query =
          manifest.getKey().equals(SwiftPackage.MANIFEST)
              ? ""
              : "?swift-version=" + toolsVersion(manifest.getValue()) + ".0";
      answers.put(
          at + "/" + pkg.version() + "/" + SwiftPackage.MANIFEST + query,
          Answer.ok("text/x-swift", manifest.getValue(), manifestHeaders(query)));
    }
    return answers;
  }

  private String metadata() {
    ObjectNode release =
        JsonNodeFactory.instance.objectNode().put("id", pkg.id()).put("version", pkg.version());
    ObjectNode resource =
        release
            .putArray("resources")
            .addObject()
            .put("name", "source-archive")
            .put("type", "application/zip")
            .put("checksum", checksum);
    signature.ifPresent(
        cms ->
            resource
                .putObject("signing")
                .put("signatureBase64Encoded", Base64.getEncoder().encodeToString(cms))
                .put("signatureFormat", signatureFormat));
    release.putObject("metadata");
    return new String(Json.write(release), StandardCharsets.UTF_8);
  }

  private Map<String, String> manifestHeaders(String query) {
    String links =
        manifests.entrySet().stream()
            .filter(manifest -> !manifest.getKey().equals(SwiftPackage.MANIFEST))
            .map(
                manifest ->
                    "<http://localhost/>; rel=\"alternate\"; filename=\""
                        + manifest.getKey()
                        + "\"; swift-tools-version=\""
                        + toolsVersion(manifest.getValue())
                        + "\"")
            .collect(Collectors.joining(", "));
    return query.isEmpty() && !links.isEmpty()
        ? Map.of("Content-Version", "1", "Link", links)
        : VERSION;
  }

  private static String toolsVersion(byte[] manifest) {
    String text = new String(manifest, StandardCharsets.UTF_8);
    return text.lines().findFirst().orElseThrow().replaceAll(".*:\\s*", "");
  }

  private static Answer json(String text) {
    return Answer.ok("application/json", text.getBytes(StandardCharsets.UTF_8), VERSION);
  }
}
