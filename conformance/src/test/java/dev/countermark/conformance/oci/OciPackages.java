package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Alterations;
import dev.countermark.conformance.Packages;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.Json;
import dev.countermark.format.oci.CosignVerifier;
import dev.countermark.format.oci.Digest;
import dev.countermark.testkit.oci.Digests;
import dev.countermark.testkit.oci.Manifest;
import dev.countermark.testkit.oci.RegistryClient;
import dev.countermark.testkit.oci.RegistryClient.UnexpectedAnswerException;
import dev.countermark.testkit.oci.SampleImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Images of one name, a tag each. Fetched are the manifest and its signatures in both forms. Lists
 * and files are read by whoever may only pull: who may push sees images before they are signed.
 */
final class OciPackages implements Packages {
  static final String IMAGE = "app";
  static final String TAG = "case-";
  private static final String MANIFEST = "manifest";
  private static final String SIGNATURES = "signatures";
  private static final String PAYLOAD = "payload ";
  private static final String BUNDLE = "bundle ";

  /** Into a JSON member's value. */
  private static final int INSIDE = 20;

  private final Platform platform;
  private final OciRepository repository;

  OciPackages(Platform platform, OciRepository repository) {
    this.platform = platform;
    this.repository = repository;
  }

  private static SampleImage image(int number) {
    return SampleImage.oci(50_000 + number);
  }

  private String imageName() {
    return repository.name(IMAGE);
  }

  @Override
  public int push(int number) {
    try {
      repository.registry().push(imageName(), TAG + number, image(number));
      return 201;
    } catch (UnexpectedAnswerException e) {
      return e.status();
    }
  }

  @Override
  public String name(int number) {
    return IMAGE + "@" + image(number).digest();
  }

  @Override
  public boolean isSigned(int number) {
    HttpResponse<byte[]> answer =
        Packages.available(
            repository
                .registry()
                .send(
                    "GET",
                    "/" + repository.path() + "/status/oci/" + name(number),
                    null,
                    Map.of()));
    return answer.statusCode() == 200
        && json(answer.body()).path("status").asText().equals("signed");
  }

  @Override
  public int read(int number) {
    return Packages.available(
            repository
                .registry()
                .send("GET", "/v2/" + imageName() + "/manifests/" + TAG + number, null, Map.of()))
        .statusCode();
  }

  /** A tag is listed as soon as it is pushed; what it names is there when it is signed. */
  @Override
  public boolean listsSignedOnly() {
    return false;
  }

  @Override
  public Optional<List<Integer>> listed() {
    HttpResponse<byte[]> answer =
        Packages.available(
            Anonymous.registry(platform.url(), imageName())
                .send("GET", "/v2/" + imageName() + "/tags/list", null, Map.of()));
    List<Integer> numbers = new ArrayList<>();
    if (answer.statusCode() == 200) {
      for (JsonNode tag : json(answer.body()).path("tags")) {
        numbers.add(Integer.parseInt(tag.asText().substring(TAG.length())));
      }
    }
    return Optional.of(numbers);
  }

  @Override
  public Optional<Map<String, byte[]>> fetch(int number) {
    return asked(
        () -> {
          RegistryClient reader = Anonymous.registry(platform.url(), imageName());
          return reader.manifest(imageName(), TAG + number).map(m -> signed(reader, m));
        });
  }

  private Map<String, byte[]> signed(RegistryClient reader, Manifest manifest) {
    Map<String, byte[]> files = new TreeMap<>();
    files.put(MANIFEST, manifest.content().toArray());
    Optional<Manifest> signatures =
        reader.manifest(imageName(), Digests.signatureTag(manifest.digest()));
    if (signatures.isPresent()) {
      files.put(SIGNATURES, signatures.get().content().toArray());
      for (JsonNode layer : signatures.get().json().path("layers")) {
        String digest = layer.path("digest").asText();
        reader
            .blob(imageName(), digest)
            .ifPresent(payload -> files.put(PAYLOAD + digest, payload.toArray()));
      }
    }
    int bundles = 0;
    for (String bundle : Signatures.bundles(reader, imageName(), manifest.digest())) {
      files.put(BUNDLE + bundles++, bundle.getBytes(StandardCharsets.UTF_8));
    }
    return files;
  }

  @Override
  public Optional<String> verify(int number, Map<String, byte[]> files) {
    byte[] manifest = files.get(MANIFEST);
    if (!Digests.sha256(manifest).equals(image(number).digest())) {
      return Optional.empty();
    }
    Digest subject = Digest.sha256(manifest);
    for (JsonNode key : keys()) {
      CosignVerifier verifier =
          new CosignVerifier(List.of(PlainVerifier.spki(key.path("pem").asText())));
      boolean legacy =
          files.containsKey(SIGNATURES)
              && verifier
                  .legacy(
                      files.get(SIGNATURES),
                      d -> Optional.ofNullable(files.get(PAYLOAD + d)),
                      subject)
                  .accepted();
      boolean bundle =
          files.entrySet().stream()
              .filter(file -> file.getKey().startsWith(BUNDLE))
              .anyMatch(file -> verifier.bundle(file.getValue(), subject).accepted());
      if (legacy && bundle) {
        return Optional.of(key.path("fingerprint").asText());
      }
    }
    return Optional.empty();
  }

  /** All published keys that are not revoked, the current one first. */
  private List<JsonNode> keys() {
    HttpResponse<byte[]> answer =
        Packages.available(platform.get("/" + repository.path() + "/keys/oci/"));
    assertThat(answer.statusCode()).isEqualTo(200);
    List<JsonNode> keys = new ArrayList<>();
    for (JsonNode key : json(answer.body()).path("keys")) {
      if (key.path("current").asBoolean()) {
        keys.add(0, key);
      } else if (!key.has("revokedAt")) {
        keys.add(key);
      }
    }
    return keys;
  }

  @Override
  public List<Map<String, byte[]>> altered(Map<String, byte[]> files) {
    List<Map<String, byte[]>> altered = new ArrayList<>();
    for (String file : files.keySet()) {
      if (file.equals(MANIFEST) || file.startsWith(PAYLOAD)) {
        altered.add(Alterations.flipped(files, file, files.get(file).length / 2));
      } else if (file.startsWith(BUNDLE)) {
        altered.add(Alterations.flipped(files, file, at(files.get(file), "\"payload\"")));
        altered.add(Alterations.flipped(files, file, at(files.get(file), "\"sig\"")));
      } else {
        altered.add(Alterations.flipped(files, file, at(files.get(file), "cosign/signature\"")));
      }
      Map<String, byte[]> without = new HashMap<>(files);
      without.remove(file);
      if (!file.equals(MANIFEST)) {
        altered.add(without);
      }
    }
    return altered;
  }

  private static int at(byte[] json, String member) {
    int at = new String(json, StandardCharsets.ISO_8859_1).indexOf(member);
    assertThat(at).as(member).isNotNegative();
    return at + member.length() + INSIDE;
  }

  @Override
  public void assertSignedOnce(int number) {
    Images.assertSignedOnce(platform, repository, IMAGE, image(number).digest());
  }

  @Override
  public OptionalInt delete(int number) {
    return OptionalInt.of(
        Packages.available(
                repository
                    .registry()
                    .send(
                        "DELETE",
                        "/v2/" + imageName() + "/manifests/" + image(number).digest(),
                        null,
                        Map.of()))
            .statusCode());
  }

  private static JsonNode json(byte[] content) {
    return Json.read(content, JsonNode.class);
  }

  private static <T> T asked(Supplier<T> question) {
    try {
      return question.get();
    } catch (UnexpectedAnswerException e) {
      if (e.status() >= 500) {
        throw unavailable(e.getMessage(), e);
      }
      throw e;
    }
  }

  private static UncheckedIOException unavailable(String what, Throwable cause) {
    return new UncheckedIOException(new IOException(what, cause));
  }
}
