package dev.countermark.conformance.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.TamperingProxy.Answer;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.oci.Digests;
import dev.countermark.testkit.oci.Manifest;
import dev.countermark.testkit.oci.RegistryClient;
import dev.countermark.testkit.oci.SampleImage;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Signature artifacts taken from the platform or made by hand, written without the product's own
 * format code so that a mistake there is not repeated here.
 */
public final class Signatures {
  public static final String SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";
  public static final String BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
  private static final String SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";
  private static final String EMPTY = "application/vnd.oci.empty.v1+json";
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Signatures() {}

  /** One layer of a {@code .sig} manifest. */
  public record Layer(String mediaType, Bytes payload, String signature) {
    Layer withPayload(String text) {
      return new Layer(mediaType, Bytes.utf8(text), signature);
    }

    Layer withMediaType(String type) {
      return new Layer(type, payload, signature);
    }
  }

  /** A throw-away key of a stranger. */
  public record Key(KeyPair pair) {
    public static Key generate() {
      try {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return new Key(generator.generateKeyPair());
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    String pem() {
      return "-----BEGIN PUBLIC KEY-----\n"
          + Base64.getMimeEncoder(64, new byte[] {'\n'})
              .encodeToString(pair.getPublic().getEncoded())
          + "\n-----END PUBLIC KEY-----\n";
    }

    /** Base64 of a DER signature. */
    String sign(byte[] message) {
      try {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate());
        signature.update(message);
        return Base64.getEncoder().encodeToString(signature.sign());
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    public Layer layer(String payload) {
      return new Layer(
          SIMPLE_SIGNING, Bytes.utf8(payload), sign(payload.getBytes(StandardCharsets.UTF_8)));
    }

    /** A bundle over cosign's statement about {@code digest}. */
    String bundle(String digest) {
      byte[] statement =
          ("{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"digest\":{\"sha256\":\""
                  + digest.substring("sha256:".length())
                  + "\"},\"annotations\":{}}],"
                  + "\"predicateType\":\"https://sigstore.dev/cosign/sign/v1\",\"predicate\":{}}")
              .getBytes(StandardCharsets.UTF_8);
      String type = "application/vnd.in-toto+json";
      ObjectNode bundle = NODES.objectNode().put("mediaType", BUNDLE);
      bundle.putObject("verificationMaterial").putObject("publicKey").put("hint", "stranger");
      ObjectNode envelope =
          bundle
              .putObject("dsseEnvelope")
              .put("payload", Base64.getEncoder().encodeToString(statement))
              .put("payloadType", type);
      envelope
          .putArray("signatures")
          .addObject()
          .put("sig", sign(preAuthenticationEncoding(type, statement)));
      return new String(Json.write(bundle), StandardCharsets.UTF_8);
    }
  }

  /** What a DSSE signature covers. */
  static byte[] preAuthenticationEncoding(String type, byte[] payload) {
    byte[] head =
        ("DSSEv1 " + type.length() + " " + type + " " + payload.length + " ")
            .getBytes(StandardCharsets.UTF_8);
    byte[] message = Arrays.copyOf(head, head.length + payload.length);
    System.arraycopy(payload, 0, message, head.length, payload.length);
    return message;
  }

  /** The simple-signing payload that cosign writes. */
  public static String payload(String reference, String digest) {
    return "{\"critical\":{\"identity\":{\"docker-reference\":\""
        + reference
        + "\"},\"image\":{\"docker-manifest-digest\":\""
        + digest
        + "\"},\"type\":\"cosign container image signature\"},\"optional\":null}";
  }

  /** All layers of the {@code .sig} tag of a digest, as the registry serves them. */
  static List<Layer> layers(RegistryClient registry, String name, String digest) {
    Manifest manifest = registry.manifest(name, Digests.signatureTag(digest)).orElseThrow();
    List<Layer> layers = new ArrayList<>();
    for (JsonNode layer : manifest.json().path("layers")) {
      layers.add(
          new Layer(
              layer.path("mediaType").asText(),
              registry.blob(name, layer.path("digest").asText()).orElseThrow(),
              layer.path("annotations").path(SIGNATURE_ANNOTATION).asText()));
    }
    return layers;
  }

  /** All bundles that refer to a digest, as the registry serves them. */
  static List<String> bundles(RegistryClient registry, String name, String digest) {
    List<String> bundles = new ArrayList<>();
    for (JsonNode entry : registry.referrers(name, digest).json().path("manifests")) {
      JsonNode manifest =
          registry.manifest(name, entry.path("digest").asText()).orElseThrow().json();
      if (manifest.path("artifactType").asText().equals(BUNDLE)) {
        JsonNode layer = manifest.path("layers").path(0);
        bundles.add(registry.blob(name, layer.path("digest").asText()).orElseThrow().toUtf8());
      }
    }
    return bundles;
  }

  /** What a proxy answers so that the {@code .sig} tag of {@code digest} has these layers. */
  static Map<String, Answer> signatureAnswers(String name, String digest, List<Layer> layers) {
    Map<String, Answer> answers = new LinkedHashMap<>();
    ObjectNode config = NODES.objectNode().put("architecture", "").put("os", "");
    config.put("created", "0001-01-01T00:00:00Z").putObject("config");
    ArrayNode diffIds = config.putObject("rootfs").put("type", "layers").putArray("diff_ids");
    ArrayNode entries = NODES.arrayNode();
    for (Layer layer : layers) {
      byte[] payload = layer.payload().toArray();
      diffIds.add(Digests.sha256(payload));
      ObjectNode entry =
          SampleImage.descriptor(layer.mediaType(), Digests.sha256(payload), payload.length);
      entry.putObject("annotations").put(SIGNATURE_ANNOTATION, layer.signature());
      entries.add(entry);
      blob(answers, name, payload);
    }
    byte[] configBytes = Json.write(config);
    blob(answers, name, configBytes);
    ObjectNode manifest =
        NODES.objectNode().put("schemaVersion", 2).put("mediaType", SampleImage.OCI_MANIFEST);
    manifest.set(
        "config",
        SampleImage.descriptor(
            SampleImage.OCI_CONFIG, Digests.sha256(configBytes), configBytes.length));
    manifest.set("layers", entries);
    manifest(answers, name, Digests.signatureTag(digest), Json.write(manifest));
    return answers;
  }

  /** What a proxy answers so that exactly these bundles refer to {@code subject}. */
  static Map<String, Answer> bundleAnswers(
      String name, Manifest subject, String layerType, List<String> bundles) {
    Map<String, Answer> answers = new LinkedHashMap<>();
    ObjectNode index =
        NODES.objectNode().put("schemaVersion", 2).put("mediaType", SampleImage.OCI_INDEX);
    ArrayNode entries = index.putArray("manifests");
    byte[] config = {'{', '}'};
    blob(answers, name, config);
    for (String text : bundles) {
      byte[] bundle = text.getBytes(StandardCharsets.UTF_8);
      blob(answers, name, bundle);
      ObjectNode manifest =
          NODES
              .objectNode()
              .put("schemaVersion", 2)
              .put("mediaType", SampleImage.OCI_MANIFEST)
              .put("artifactType", BUNDLE);
      manifest.set("config", SampleImage.descriptor(EMPTY, Digests.sha256(config), config.length));
      manifest
          .putArray("layers")
          .add(SampleImage.descriptor(layerType, Digests.sha256(bundle), bundle.length));
      manifest.set(
          "subject",
          SampleImage.descriptor(
              subject.mediaType(), subject.digest(), subject.content().length()));
      byte[] bytes = Json.write(manifest);
      String digest = Digests.sha256(bytes);
      manifest(answers, name, digest, bytes);
      entries.add(
          SampleImage.descriptor(SampleImage.OCI_MANIFEST, digest, bytes.length)
              .put("artifactType", BUNDLE));
    }
    answers.put(
        "/v2/" + name + "/referrers/" + subject.digest(),
        answer(SampleImage.OCI_INDEX, Json.write(index)));
    return answers;
  }

  /** What a proxy answers so that nothing at all signs {@code subject}. */
  static Map<String, Answer> noAnswers(String name, Manifest subject) {
    Map<String, Answer> answers = bundleAnswers(name, subject, BUNDLE, List.of());
    answers.put("/v2/" + name + "/manifests/" + Digests.signatureTag(subject.digest()), missing());
    return answers;
  }

  private static void blob(Map<String, Answer> answers, String name, byte[] content) {
    answers.put(
        "/v2/" + name + "/blobs/" + Digests.sha256(content),
        answer("application/octet-stream", content));
  }

  private static void manifest(
      Map<String, Answer> answers, String name, String reference, byte[] content) {
    Answer answer = answer(SampleImage.OCI_MANIFEST, content);
    answers.put("/v2/" + name + "/manifests/" + reference, answer);
    answers.put("/v2/" + name + "/manifests/" + Digests.sha256(content), answer);
  }

  private static Answer answer(String mediaType, byte[] content) {
    return Answer.ok(mediaType, content, Map.of("Docker-Content-Digest", Digests.sha256(content)));
  }

  private static Answer missing() {
    return new Answer(
        404,
        "application/json",
        Bytes.utf8("{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"unknown\"}]}"),
        Map.of());
  }
}
