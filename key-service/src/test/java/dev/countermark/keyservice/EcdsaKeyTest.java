package dev.countermark.keyservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Bytes;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EcdsaKeyTest {
  /** RFC 6979, A.2.5: curve P-256, SHA-256. */
  @ParameterizedTest
  @CsvSource({
    "sample,EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,"
        + "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    "test,F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367,"
        + "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
  })
  void signsAsTheStandardSays(String message, String r, String s) {
    EcdsaKey key =
        EcdsaKey.of(
            HexFormat.of()
                .parseHex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"));
    Bytes signature = key.sign(Bytes.of(Hashes.sha256(message.getBytes(StandardCharsets.UTF_8))));
    ASN1Sequence parsed = ASN1Sequence.getInstance(signature.toArray());
    assertThat(ASN1Integer.getInstance(parsed.getObjectAt(0)).getValue())
        .isEqualTo(new BigInteger(r, 16));
    assertThat(ASN1Integer.getInstance(parsed.getObjectAt(1)).getValue())
        .isEqualTo(new BigInteger(s, 16));
  }

  @Test
  void publishesAKeyThatTheJdkReadsAndVerifiesWith() throws Exception {
    EcdsaKey key = EcdsaKey.generate(new SecureRandom());
    byte[] message = "message".getBytes(StandardCharsets.UTF_8);
    Signature verifier = Signature.getInstance("SHA256withECDSA");
    verifier.initVerify(
        KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(key.spki().toArray())));
    verifier.update(message);
    assertThat(verifier.verify(key.sign(Bytes.of(Hashes.sha256(message))).toArray())).isTrue();
  }

  @Test
  void comesBackFromItsScalar() {
    EcdsaKey key = EcdsaKey.generate(new SecureRandom());
    assertThat(key.privateScalar()).hasSize(EcdsaKey.SCALAR_LENGTH);
    assertThat(EcdsaKey.of(key.privateScalar()).spki()).isEqualTo(key.spki());
  }

  @Test
  void refusesAScalarThatIsNone() {
    assertThatThrownBy(() -> EcdsaKey.of(new byte[32]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void knowsItsOwnSignatures() {
    EcdsaKey key = EcdsaKey.generate(new SecureRandom());
    Bytes hash = Bytes.of(Hashes.sha256(new byte[] {1}));
    Bytes otherHash = Bytes.of(Hashes.sha256(new byte[] {2}));
    assertThat(key.verifies(hash, key.sign(hash))).isTrue();
    assertThat(key.verifies(otherHash, key.sign(hash))).isFalse();
    assertThat(key.verifies(hash, EcdsaKey.generate(new SecureRandom()).sign(hash))).isFalse();
    assertThat(key.verifies(hash, Bytes.of(new byte[3]))).isFalse();
  }

  @Test
  void showsOnlyItsFingerprint() {
    EcdsaKey key = EcdsaKey.generate(new SecureRandom());
    assertThat(key.toString())
        .contains(key.fingerprint())
        .doesNotContain(HexFormat.of().formatHex(key.privateScalar()));
  }
}
