package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.testkit.oci.SampleImage;
import dev.sigstore.proto.bundle.v1.Bundle;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sigstore Java's generated classes read our bundles as strictly as the Go clients do. */
@ExtendWith(PlatformExtension.class)
class BundleOracleTest {
  @Test
  void bundleIsStrictProtobufJson(Platform platform) throws InvalidProtocolBufferException {
    OciRepository repository = OciRepository.open(platform);
    SampleImage image = SampleImage.oci(51);
    repository.registry().push(repository.name("app"), "1.0", image);
    repository.awaitSigned("app", image.digest());

    List<String> bundles =
        Signatures.bundles(repository.registry(), repository.name("app"), image.digest());

    assertThat(bundles).hasSize(1);
    Bundle.Builder bundle = Bundle.newBuilder();
    JsonFormat.parser().merge(bundles.get(0), bundle); // refuses unknown members
    assertThat(bundle.getMediaType()).isEqualTo(Signatures.BUNDLE);
    assertThat(bundle.getVerificationMaterial().getPublicKey().getHint()).isNotEmpty();
    assertThat(bundle.getDsseEnvelope().getPayloadType()).isEqualTo("application/vnd.in-toto+json");
    assertThat(bundle.getDsseEnvelope().getSignaturesList()).hasSize(1);
    assertThat(bundle.getDsseEnvelope().getSignatures(0).getKeyid()).isEmpty();
  }
}
