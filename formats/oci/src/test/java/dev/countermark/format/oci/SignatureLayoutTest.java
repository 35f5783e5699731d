package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is recognised as a signature, and what only looks like one. */
class SignatureLayoutTest {
  private static final String COSIGN = "application/vnd.dev.cosign.simplesigning.v1+json";
  private static final String DSSE = "application/vnd.dsse.envelope.v1+json";
  private static final String IN_TOTO = "application/vnd.in-toto+json";
  private static final String BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
  private static final String NOTARY = "application/vnd.cncf.notary.signature";
  private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
  private static final String EMPTY = "application/vnd.oci.empty.v1+json";
  private static final String SUBJECT =
      ",\"subject\":{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"size\":7,"
          + "\"digest\":\"sha256:"
          + "5".repeat(64)
          + "\"}";
  private static final String PAYLOAD =
      "{\"critical\":{\"identity\":{\"docker-reference\":\"h/a/b\"},\"image\":{"
          + "\"docker-manifest-digest\":\"sha256:"
          + "5".repeat(64)
          + "\"},\"type\":\"cosign container image signature\"},\"optional\":{\"who\":\"me\"}}";
  private static final String ENVELOPE =
      "{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"e30=\","
          + "\"signatures\":[{\"keyid\":\"\",\"sig\":\"c2ln\"}]}";
  private static final String SIGSTORE =
      "{\"mediaType\":\""
          + BUNDLE
          + "\",\"verificationMaterial\":{\"publicKey\":{\"hint\":\"aGludA==\"}},\"dsseEnvelope\":"
          + ENVELOPE
          + "}";
  private static final String JWS =
      "{\"payload\":\"e30\",\"protected\":\"e30\",\"header\":{},\"signature\":\"c2ln\"}";
  private static final String COSE = "\u00d2\u0084";

  /** Anything that a runtime would unpack. */
  private static final String TAR = "bin/sh\0\0\0\0000755 ustar";

  private final Map<Digest, byte[]> blobs = new LinkedHashMap<>();

  private Optional<SignatureLayout> layout(String json) throws InvalidManifestException {
    return layout(json, MediaTypes.OCI_MANIFEST);
  }

  private Optional<SignatureLayout> layout(String json, String type)
      throws InvalidManifestException {
    return SignatureLayout.of(
        Manifest.parse(json.getBytes(StandardCharsets.UTF_8), type),
        d -> Optional.ofNullable(blobs.get(d.digest())).filter(bytes -> bytes.length == d.size()));
  }

  private String descriptor(String type, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
    blobs.put(Digest.sha256(bytes), bytes);
    return "{\"mediaType\":\""
        + type
        + "\",\"size\":"
        + bytes.length
        + ",\"digest\":\""
        + Digest.sha256(bytes)
        + "\"}";
  }

  private String signed(String type, String content) {
    return descriptor(type, content)
        .replaceFirst(
            "}$", ",\"annotations\":{\"dev.cosignproject.cosign/signature\":\"c2lnbmF0dXJl\"}}");
  }

  private static String manifest(String config, List<String> layers, String more) {
    return "{\"schemaVersion\":2,\"config\":"
        + config
        + ",\"layers\":["
        + String.join(",", layers)
        + "]"
        + more
        + "}";
  }

  private static String artifact(String type) {
    return ",\"artifactType\":\"" + type + "\"";
  }

  @Test
  void signaturesOfCosign2() throws Exception {
    String config = descriptor(CONFIG, "{\"rootfs\":{}}");
    String layer = signed(COSIGN, PAYLOAD);
    assertThat(layout(manifest(config, List.of(layer, layer), "")))
        .contains(SignatureLayout.COSIGN_SIGNATURES);
    String referring = descriptor("application/vnd.dev.cosign.artifact.sig.v1+json", "{}");
    assertThat(layout(manifest(referring, List.of(layer), SUBJECT)))
        .contains(SignatureLayout.COSIGN_SIGNATURES);
    assertThat(
            layout(
                manifest(
                    config,
                    List.of(descriptor(DSSE, ENVELOPE), descriptor(DSSE, ENVELOPE + "\n")),
                    "")))
        .contains(SignatureLayout.COSIGN_ATTESTATIONS);
  }

  @Test
  void bundlesOfCosign3() throws Exception {
    String empty = descriptor(EMPTY, "{}");
    assertThat(
            layout(
                manifest(empty, List.of(descriptor(BUNDLE, SIGSTORE)), SUBJECT + artifact(BUNDLE))))
        .contains(SignatureLayout.BUNDLE);
  }

  @Test
  void signaturesOfNotation() throws Exception {
    String config = descriptor(NOTARY, "{}");
    assertThat(layout(manifest(config, List.of(descriptor("application/jose+json", JWS)), SUBJECT)))
        .contains(SignatureLayout.NOTATION);
    assertThat(layout(manifest(config, List.of(descriptor("application/cose", COSE)), SUBJECT)))
        .contains(SignatureLayout.NOTATION);
  }

  @Test
  void whatThePlatformMakes() throws Exception {
    SignedImage image = SignedImage.of("{}");
    var pieces =
        SignaturePlan.Pieces.of(
            image.signed().layers(), List.of(image.signed().bundle().orElseThrow()));
    pieces.contents().forEach(c -> blobs.put(c.digest(), c.bytes()));
    Digest signatures = pieces.signatureManifest().orElseThrow();
    Digest bundle = pieces.bundleManifests().get(0);
    assertThat(layout(new String(blobs.get(signatures), StandardCharsets.UTF_8)))
        .contains(SignatureLayout.COSIGN_SIGNATURES);
    assertThat(layout(new String(blobs.get(bundle), StandardCharsets.UTF_8)))
        .contains(SignatureLayout.BUNDLE);
  }

  static Stream<Arguments> disguised() {
    SignatureLayoutTest t = new SignatureLayoutTest();
    String config = t.descriptor(CONFIG, "{\"config\":{\"Entrypoint\":[\"/bin/sh\"]}}");
    String empty = t.descriptor(EMPTY, "{}");
    String tar = t.descriptor("application/vnd.oci.image.layer.v1.tar", TAR);
    String payload = t.signed(COSIGN, PAYLOAD);
    String bundle = t.descriptor(BUNDLE, SIGSTORE);
    String missing = payload.replaceAll("sha256:[0-9a-f]{64}", "sha256:" + "7".repeat(64));
    return Stream.of(
            Arguments.of("an image with a subject", manifest(config, List.of(tar), SUBJECT)),
            Arguments.of(
                "an artifact type like in-toto's",
                manifest(config, List.of(tar), artifact(IN_TOTO))),
            Arguments.of(
                "an artifact type that begins so",
                manifest(config, List.of(tar), artifact(IN_TOTO + "x"))),
            Arguments.of(
                "a bundle's artifact type",
                manifest(config, List.of(tar), SUBJECT + artifact(BUNDLE))),
            Arguments.of(
                "a bundle that is no JSON",
                manifest(empty, List.of(t.descriptor(BUNDLE, TAR)), SUBJECT + artifact(BUNDLE))),
            Arguments.of(
                "a bundle with a program as config",
                manifest(
                    t.descriptor(EMPTY, "{\"config\":{}}"),
                    List.of(bundle),
                    SUBJECT + artifact(BUNDLE))),
            Arguments.of(
                "a bundle and another layer",
                manifest(empty, List.of(bundle, tar), SUBJECT + artifact(BUNDLE))),
            Arguments.of("a bundle of nothing", manifest(empty, List.of(bundle), artifact(BUNDLE))),
            Arguments.of(
                "an attestation's config type",
                manifest(t.descriptor(IN_TOTO, "{}"), List.of(tar), "")),
            Arguments.of(
                "unsigned statements", manifest(config, List.of(t.descriptor(IN_TOTO, "{}")), "")),
            Arguments.of(
                "a layer with a signature's type",
                manifest(config, List.of(t.signed(COSIGN, TAR)), "")),
            Arguments.of(
                "a layer with an envelope's type",
                manifest(config, List.of(t.descriptor(DSSE, TAR)), "")),
            Arguments.of(
                "an envelope without a signature",
                manifest(config, List.of(t.descriptor(DSSE, "{\"payload\":\"e30=\"}")), "")),
            Arguments.of(
                "a payload of no image", manifest(config, List.of(t.signed(COSIGN, "{}")), "")),
            Arguments.of(
                "a payload without a signature",
                manifest(config, List.of(t.descriptor(COSIGN, PAYLOAD)), "")),
            Arguments.of("a payload beside a layer", manifest(config, List.of(payload, tar), "")),
            Arguments.of("a payload that is not there", manifest(config, List.of(missing), "")),
            Arguments.of(
                "a payload of another length",
                manifest(config, List.of(payload.replaceFirst("size\":\\d+", "size\":9")), "")),
            Arguments.of(
                "a config that is no JSON",
                manifest(t.descriptor(CONFIG, TAR), List.of(payload), "")),
            Arguments.of("no layers", manifest(config, List.of(), "")),
            Arguments.of(
                "an SBOM", manifest(empty, List.of(t.descriptor("text/spdx", "x")), SUBJECT)),
            Arguments.of(
                "notation's config type",
                manifest(t.descriptor(NOTARY, "{}"), List.of(tar), SUBJECT)),
            Arguments.of(
                "a JWS that is none",
                manifest(
                    t.descriptor(NOTARY, "{}"),
                    List.of(t.descriptor("application/jose+json", "{}")),
                    SUBJECT)))
        .map(a -> Arguments.of(a.get()[0], a.get()[1], t));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("disguised")
  void isNone(String what, String json, SignatureLayoutTest made) throws Exception {
    assertThat(made.layout(json)).isEmpty();
  }

  @Test
  void noIndexIsOne() throws Exception {
    String json = "{\"schemaVersion\":2,\"manifests\":[]" + SUBJECT + artifact(BUNDLE) + "}";
    assertThat(layout(json, MediaTypes.OCI_INDEX)).isEmpty();
  }

  @Test
  void aDockerManifestIsNone() throws Exception {
    String json = manifest(descriptor(CONFIG, "{}"), List.of(signed(COSIGN, PAYLOAD)), "");
    assertThat(layout(json, MediaTypes.DOCKER_MANIFEST)).isEmpty();
  }

  @Test
  void moreThanCosignReadsAreNone() throws Exception {
    String layer = signed(COSIGN, PAYLOAD);
    String config = descriptor(CONFIG, "{}");
    int most = LegacySignatures.MOST_LAYERS;
    assertThat(layout(manifest(config, java.util.Collections.nCopies(most, layer), "")))
        .isPresent();
    assertThat(layout(manifest(config, java.util.Collections.nCopies(most + 1, layer), "")))
        .isEmpty();
  }
}
