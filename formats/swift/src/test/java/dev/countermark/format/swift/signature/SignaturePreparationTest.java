package dev.countermark.format.swift.signature;

import static dev.countermark.format.swift.SwiftPki.LEAF;
import static dev.countermark.format.swift.SwiftSamples.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.format.swift.SwiftPki;
import dev.countermark.format.swift.SwiftSamples;
import java.io.ByteArrayOutputStream;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignaturePreparationTest {
  private static final byte[] CONTENT = utf8("content");
  private static final byte[] HASH = HashAlgorithm.SHA256.hash(CONTENT);

  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      body.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = body.size();
    if (length >= 0x100) {
      out.writeBytes(new byte[] {(byte) 0x82, (byte) (length >> 8), (byte) length});
    } else if (length >= 0x80) {
      out.writeBytes(new byte[] {(byte) 0x81, (byte) length});
    } else {
      out.write(length);
    }
    out.writeBytes(body.toByteArray());
    return out.toByteArray();
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  /** The structure of the swift reference, section 4.1, written here byte by byte. */
  @Test
  void hasTheLayoutOfTheRealClientsOutput() throws Exception {
    X509Certificate leaf = LEAF.chain().get(0);
    X509Certificate intermediate = LEAF.chain().get(1);
    byte[] value = LEAF.sign(HASH);
    byte[] sha256 = der(0x30, hex("0609608648016503040201"));
    byte[] ecdsa = der(0x30, hex("06082a8648ce3d040302"));
    byte[] data = hex("06092a864886f70d010701");
    byte[][] certificates = {leaf.getEncoded(), intermediate.getEncoded()};
    Arrays.sort(certificates, Arrays::compareUnsigned);
    byte[] signer =
        der(
            0x30,
            hex("020101"),
            der(
                0x30,
                leaf.getIssuerX500Principal().getEncoded(),
                der(0x02, leaf.getSerialNumber().toByteArray())),
            sha256,
            ecdsa,
            der(0x04, value));
    byte[] expected =
        der(
            0x30,
            hex("06092a864886f70d010702"),
            der(
                0xA0,
                der(
                    0x30,
                    hex("020101"),
                    der(0x31, sha256),
                    der(0x30, data),
                    der(0xA0, certificates),
                    der(0x31, signer))));
    assertThat(SwiftSamples.sign(CONTENT, LEAF)).isEqualTo(expected);
  }

  @Test
  void theKeySignsTheHashOfTheContentItself() {
    assertThat(SignaturePreparation.of(HASH, LEAF.chain()).digestToSign()).isEqualTo(HASH);
  }

  @Test
  void equalInputsGiveEqualBytes() {
    assertThat(SwiftSamples.sign(CONTENT, LEAF)).isEqualTo(SwiftSamples.sign(CONTENT, LEAF));
  }

  @Test
  void whatIsMadeCanBeRead() throws Exception {
    CmsSignature signature = CmsSignature.parse(SwiftSamples.sign(CONTENT, LEAF));
    assertThat(signature.signer()).isEqualTo(LEAF.certificate());
    assertThat(signature.certificates()).containsExactlyInAnyOrderElementsOf(LEAF.withoutRoot());
    assertThat(signature.digestAlgorithm()).isEqualTo(HashAlgorithm.SHA256);
    assertThat(signature.isGenuine(HASH)).isTrue();
    assertThat(signature.isGenuine(HashAlgorithm.SHA256.hash(utf8("other")))).isFalse();
    assertThat(signature.isGenuine(new byte[0])).isFalse();
  }

  @Test
  void isFinishedOnceAndOnlyWithASignatureValue() {
    SignaturePreparation preparation = SignaturePreparation.of(HASH, LEAF.chain());
    byte[] value = LEAF.sign(HASH);
    for (byte[] bad :
        List.of(
            new byte[0],
            new byte[64],
            Arrays.copyOf(value, value.length + 1),
            hex("3006020100020101"),
            hex("3003020101"))) {
      assertThatThrownBy(() -> preparation.finish(bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
    preparation.finish(value);
    assertThatThrownBy(() -> preparation.finish(value)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesOtherKeysAndHashes() {
    List<X509Certificate> chain = LEAF.chain();
    assertThatThrownBy(() -> SignaturePreparation.of(new byte[20], chain))
        .isInstanceOf(IllegalArgumentException.class);
    for (String curve : List.of("secp384r1", "RSA")) {
      SwiftPki.Signer other = SwiftPki.INTERMEDIATE.issue("CN=other", p -> p.curve(curve));
      assertThatThrownBy(() -> SignaturePreparation.of(HASH, other.chain()))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> SignaturePreparation.of(HASH, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
