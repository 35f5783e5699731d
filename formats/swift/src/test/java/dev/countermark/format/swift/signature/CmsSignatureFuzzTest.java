package dev.countermark.format.swift.signature;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.format.swift.SwiftPki;
import dev.countermark.format.swift.SwiftSamples;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class CmsSignatureFuzzTest {
  private static final byte[] CONTENT = SwiftSamples.utf8("content");

  static Stream<byte[]> seeds() {
    return Stream.of(SwiftSamples.sign(CONTENT, SwiftPki.LEAF));
  }

  /** A signature that was read can be asked everything. */
  @MethodSource("seeds")
  @FuzzTest
  void readsOrRefuses(byte[] der) {
    try {
      CmsSignature signature = CmsSignature.parse(der);
      signature.isGenuine(signature.digestAlgorithm().hash(CONTENT));
      assertThat(signature.certificates()).contains(signature.signer());
      assertThat(SignerName.of(signature.signer()).toString()).isNotEmpty();
      assertThat(signature.signerFingerprint()).hasSize(64);
    } catch (MalformedSignatureException e) {
      // said what is wrong
    }
  }
}
