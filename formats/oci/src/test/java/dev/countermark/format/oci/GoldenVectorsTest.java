package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Bytes that cosign 2.5.0 and cosign 3.1.1 wrote with a throw-away key. */
class GoldenVectorsTest {
  private static final byte[] SPKI =
      Base64.getDecoder()
          .decode(
              "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEW4ToawCly8aSBt8rl2kyEiQUxG9peuOta9GrRMlRrI"
                  + "+f+oIetL9pFr2sgPNFdqS1GvXiHx6eM0y6bP61ED8fiA==");
  private static final Digest IMAGE =
      Digest.of("sha256:8198bc91502612f8c4d781731976fffee3671f7824bee3151a40ef5b1e1a8eac");
  private static final String REFERENCE = "127.0.0.1:5057/acme/rc5b9ce1";
  private static final String SIGNATURE =
      "MEYCIQCKaTHsPJ0iJluMRCUXwhYoFsbDWoVS85nei5hXYtThtQIhANH2NkcIUOPRiVFupJDdvwl1P9ra/"
          + "HXC+eOFHni9CJxk";
  private static final Digest BUNDLED =
      Digest.of("sha256:1d979d388c6fc3dd1f179658d10a1dc8de6b42a77ab51769c4d599c73b92464b");
  private static final String BUNDLE =
      "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
          + "\"verificationMaterial\":{\"publicKey\":{\"hint\":"
          + "\"61G425f8TYDZe9DkR3ASFggdAJ2Y2vUO6BfEVvim9VY=\"}},\"dsseEnvelope\":{\"payload\":"
          + "\"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEiLCJzdWJqZWN0IjpbeyJkaWdlc3"
          + "QiOnsic2hhMjU2IjoiMWQ5NzlkMzg4YzZmYzNkZDFmMTc5NjU4ZDEwYTFkYzhkZTZiNDJhNzdhYjUxNzY5YzR"
          + "kNTk5YzczYjkyNDY0YiJ9LCJhbm5vdGF0aW9ucyI6e319XSwicHJlZGljYXRlVHlwZSI6Imh0dHBzOi8vc2ln"
          + "c3RvcmUuZGV2L2Nvc2lnbi9zaWduL3YxIiwicHJlZGljYXRlIjp7fX0=\",\"payloadType\":"
          + "\"application/vnd.in-toto+json\",\"signatures\":[{\"sig\":"
          + "\"MEQCIE9vS08lSn15YVRveEJMgUI29U9yb4br0uiqVAe9spY1AiAl72TDZKxolKXkXRoH34mJI2VPvKRcR4eY"
          + "5sVG1B2v0A==\"}]}}";

  private static final CosignVerifier VERIFIER = new CosignVerifier(List.of(SPKI));

  @Test
  void writesThePayloadThatCosignWrote() {
    byte[] payload = SimpleSigning.payload(REFERENCE, IMAGE);
    assertThat(payload).hasSize(244);
    assertThat(Digest.sha256(payload).encoded())
        .isEqualTo("f93a092d72088ed9123aebed0c3fdbd28f47f55e0b030ed1914b805b1d005e33");
  }

  @Test
  void writesTheConfigThatCosignWrote() {
    Content payload =
        Content.blob(MediaTypes.SIMPLE_SIGNING, SimpleSigning.payload(REFERENCE, IMAGE));
    var rendered = LegacySignatures.render(List.of(new LegacySignatures.Layer(payload, SIGNATURE)));
    assertThat(rendered.config().size()).isEqualTo(233);
    assertThat(rendered.config().digest().encoded())
        .isEqualTo("d2c7494ec7bb1b7b7f509968ccabae6b8ccb097f5cc9c8f9cb4f0c861f1ce9fd");
  }

  @Test
  void acceptsTheSignatureThatCosignMade() {
    Content payload =
        Content.blob(MediaTypes.SIMPLE_SIGNING, SimpleSigning.payload(REFERENCE, IMAGE));
    var rendered = LegacySignatures.render(List.of(new LegacySignatures.Layer(payload, SIGNATURE)));
    var verdict =
        VERIFIER.legacyWithIdentity(
            rendered.manifest().bytes(),
            d -> d.equals(payload.digest()) ? Optional.of(payload.bytes()) : Optional.empty(),
            IMAGE,
            REFERENCE::equals);
    assertThat(verdict.accepted()).as(verdict.detail()).isTrue();
  }

  @Test
  void writesTheBundleThatCosignWrote() {
    byte[] statement = Bundles.statement(BUNDLED);
    assertThat(statement).hasSize(230);
    byte[] pae = Bundles.pae(MediaTypes.IN_TOTO, statement);
    assertThat(HexFormat.of().formatHex(Digest.hash("SHA-256", pae)))
        .isEqualTo("0e0727d16c2c4d1becc1647596bfd6b9e075480185965fb534c1625a4962d8a9");
    byte[] signature =
        Base64.getDecoder()
            .decode(
                "MEQCIE9vS08lSn15YVRveEJMgUI29U9yb4br0uiqVAe9spY1AiAl72TDZKxolKXkXRoH34mJI2VPvKRc"
                    + "R4eY5sVG1B2v0A==");
    Content bundle = Bundles.bundle(statement, signature, SPKI);
    assertThat(new String(bundle.bytes(), StandardCharsets.UTF_8)).isEqualTo(BUNDLE);
    assertThat(bundle.digest().encoded())
        .isEqualTo("95de58d65172501315d51b9154d241354445190b754bf1c86c3de0dc41abe8c3");
  }

  @Test
  void acceptsTheBundleThatCosignMadeAndNoOther() {
    byte[] bundle = BUNDLE.getBytes(StandardCharsets.UTF_8);
    assertThat(VERIFIER.bundle(bundle, BUNDLED).accepted()).isTrue();
    assertThat(VERIFIER.bundle(bundle, IMAGE).reason())
        .contains(CosignVerifier.Reason.WRONG_DIGEST);
    byte[] unknownMember = BUNDLE.replaceFirst("\\{", "{\"x\":1,").getBytes(StandardCharsets.UTF_8);
    assertThat(VERIFIER.bundle(unknownMember, BUNDLED).reason())
        .contains(CosignVerifier.Reason.MALFORMED);
    byte[] altered =
        BUNDLE.replace("eyJfdHlwZSI6", "eyJfdHlwZSA6").getBytes(StandardCharsets.UTF_8);
    assertThat(VERIFIER.bundle(altered, BUNDLED).reason())
        .contains(CosignVerifier.Reason.WRONG_KEY_OR_ALTERED);
  }

  @Test
  void aPlanMakesTheSameBytesAgain() {
    Descriptor subject =
        new Descriptor(MediaTypes.OCI_MANIFEST, IMAGE, 404, Optional.empty(), Map.of());
    Instant pushed = Instant.parse("2026-01-02T03:04:05.6Z");
    byte[] der = Base64.getDecoder().decode(SIGNATURE);
    var first =
        SignaturePlan.prepare(subject, pushed, List.of(REFERENCE), true)
            .complete(List.of(der, der), SPKI);
    var second =
        SignaturePlan.prepare(subject, pushed, List.of(REFERENCE), true)
            .complete(List.of(der, der), SPKI);
    var pieces = SignaturePlan.Pieces.of(first.layers(), first.bundle().stream().toList());
    assertThat(pieces.contents())
        .isEqualTo(
            SignaturePlan.Pieces.of(second.layers(), second.bundle().stream().toList()).contents());
    assertThat(pieces.layers()).isEqualTo(first.layers());
    assertThat(pieces.bundles()).isEqualTo(first.bundle().stream().toList());
    assertThat(pieces.contents()).hasSize(6);
  }
}
