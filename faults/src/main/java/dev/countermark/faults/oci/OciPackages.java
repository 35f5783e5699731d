package dev.countermark.faults.oci;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.faults.Answers;
import dev.countermark.faults.Feed;
import dev.countermark.faults.Packages;
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
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Images of one name, a tag each; every fifth is an index. Both forms of signature are fetched. */
final class OciPackages implements Packages {
  private static final String IMAGE = "app";
  private static final String TAG = "case-";
  private static final int INDEX_EVERY = 5;
  private static final String MANIFEST = "manifest";
  private static final String SIGNATURES = "signatures";
  private static final String PAYLOAD = "payload ";
  private static final String BUNDLE = "bundle ";
  private static final String BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
  private static final String SIGNATURE = "dev.cosignproject.cosign/signature";

  private final Feed feed;
  private final RegistryClient pusher;
  private final RegistryClient reader;

  OciPackages(Feed feed) {
    this.feed = feed;
    this.pusher = new RegistryClient(feed.pusher());
    this.reader = new RegistryClient(feed.reader());
  }

  private static SampleImage image(int number) {
    return number % INDEX_EVERY == 0
        ? SampleImage.ociIndex(80_000L + number)
        : SampleImage.oci(80_000L + number);
  }

  private String imageName() {
    return feed.repository() + "/" + IMAGE;
  }

  /** Every status, as one that a client tries again is an exception. */
  private static <T> T asked(Supplier<T> question) {
    try {
      return question.get();
    } catch (UnexpectedAnswerException e) {
      if (Answers.isForTheMoment(e.status())) {
        throw new UncheckedIOException(new IOException(e.getMessage(), e));
      }
      throw e;
    }
  }

  @Override
  public int push(int number) {
    try {
      return asked(
          () -> {
            SampleImage image = image(number);
            Stream.concat(Stream.of(image), image.children().stream())
                .flatMap(each -> each.blobs().values().stream())
                .forEach(blob -> pusher.pushBlob(imageName(), blob.toArray()));
            image
                .children()
                .forEach(
                    child ->
                        pusher.putManifestAtOnce(imageName(), child.digest(), child.manifest()));
            pusher.putManifestAtOnce(imageName(), TAG + number, image.manifest());
            return 201;
          });
    } catch (UnexpectedAnswerException e) {
      return e.status();
    }
  }

  @Override
  public String name(int number) {
    return IMAGE + "@" + image(number).digest();
  }

  @Override
  public List<String> digests(int number) {
    SampleImage image = image(number);
    return Stream.concat(
            Stream.of(image.digest()), image.children().stream().map(SampleImage::digest))
        .toList();
  }

  /** In both forms. */
  @Override
  public int signatures() {
    return 2;
  }

  @Override
  public Optional<Map<String, byte[]>> fetch(int number) {
    return asked(() -> reader.manifest(imageName(), TAG + number).map(this::withSignatures));
  }

  private Map<String, byte[]> withSignatures(Manifest manifest) {
    Map<String, byte[]> files = new TreeMap<>();
    files.put(MANIFEST, manifest.content().toArray());
    reader
        .manifest(imageName(), Digests.signatureTag(manifest.digest()))
        .ifPresent(
            signatures -> {
              files.put(SIGNATURES, signatures.content().toArray());
              for (JsonNode layer : signatures.json().path("layers")) {
                String digest = layer.path("digest").asText();
                blob(digest).ifPresent(payload -> files.put(PAYLOAD + digest, payload.toArray()));
              }
            });
    for (JsonNode entry :
        reader.referrers(imageName(), manifest.digest()).json().path("manifests")) {
      String digest = entry.path("digest").asText();
      reader
          .manifest(imageName(), digest)
          .map(Manifest::json)
          .filter(referrer -> referrer.path("artifactType").asText().equals(BUNDLE_TYPE))
          .flatMap(referrer -> blob(referrer.path("layers").path(0).path("digest").asText()))
          .ifPresent(bundle -> files.put(BUNDLE + digest, bundle.toArray()));
    }
    return files;
  }

  private Optional<Bytes> blob(String digest) {
    return reader.blob(imageName(), digest);
  }

  @Override
  public Optional<Set<String>> verify(int number, Map<String, byte[]> files) {
    byte[] manifest = files.get(MANIFEST);
    if (!Digests.sha256(manifest).equals(image(number).digest())
        || !files.containsKey(SIGNATURES)) {
      return Optional.empty();
    }
    CosignVerifier verifier = new CosignVerifier(keys());
    Digest subject = Digest.sha256(manifest);
    List<byte[]> bundles =
        files.entrySet().stream()
            .filter(file -> file.getKey().startsWith(BUNDLE))
            .map(Map.Entry::getValue)
            .toList();
    boolean legacy =
        verifier
            .legacy(
                files.get(SIGNATURES), d -> Optional.ofNullable(files.get(PAYLOAD + d)), subject)
            .accepted();
    // One of each version of the key that signed it.
    boolean bundled =
        !bundles.isEmpty()
            && bundles.stream().allMatch(bundle -> verifier.bundle(bundle, subject).accepted());
    return legacy && bundled
        ? Optional.of(signatures(files.get(SIGNATURES), bundles))
        : Optional.empty();
  }

  private static Set<String> signatures(byte[] legacy, List<byte[]> bundles) {
    List<String> encoded = new ArrayList<>();
    for (JsonNode layer : Json.read(legacy, JsonNode.class).path("layers")) {
      encoded.add(layer.path("annotations").path(SIGNATURE).asText());
    }
    for (byte[] bundle : bundles) {
      JsonNode envelope = Json.read(bundle, JsonNode.class).path("dsseEnvelope");
      encoded.add(envelope.path("signatures").path(0).path("sig").asText());
    }
    Set<String> signatures = new HashSet<>();
    encoded.forEach(s -> signatures.add(Answers.sha256(Base64.getDecoder().decode(s))));
    return signatures;
  }

  /** All published keys that are not revoked, DER. */
  private List<byte[]> keys() {
    List<byte[]> keys = new ArrayList<>();
    JsonNode published =
        Answers.json(feed.reader().send("GET", feed.path("/keys/oci/"), null, Map.of()));
    for (JsonNode key : published.path("keys")) {
      if (!key.has("revokedAt")) {
        String base64 = key.path("pem").asText().replaceAll("-----[A-Z ]+-----|\\s", "");
        keys.add(Base64.getDecoder().decode(base64));
      }
    }
    return keys;
  }

  /** A tag is listed as soon as it is pushed; what it names is there when it is signed. */
  @Override
  public boolean listsSignedOnly() {
    return false;
  }

  @Override
  public Set<Integer> listed() {
    Set<Integer> numbers = new TreeSet<>();
    String next = "/v2/" + imageName() + "/tags/list";
    while (next != null) {
      HttpResponse<byte[]> answer =
          Answers.settled(feed.reader().send("GET", next, null, Map.of()));
      next = null;
      if (answer.statusCode() != 404) {
        for (JsonNode tag : Answers.json(answer).path("tags")) {
          numbers.add(Integer.parseInt(tag.asText().substring(TAG.length())));
        }
        next =
            answer
                .headers()
                .firstValue("Link")
                .map(link -> link.substring(link.indexOf('<') + 1, link.indexOf('>')))
                .orElse(null);
      }
    }
    return numbers;
  }

  @Override
  public OptionalInt delete(int number) {
    return OptionalInt.of(
        Answers.settled(
                feed.pusher()
                    .send(
                        "DELETE",
                        "/v2/" + imageName() + "/manifests/" + image(number).digest(),
                        null,
                        Map.of()))
            .statusCode());
  }
}
