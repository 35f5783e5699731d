package dev.countermark.keyservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Bytes;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class RsaKeyTest {
  private static final byte[] MESSAGE = "message".getBytes(StandardCharsets.UTF_8);
  private static final Bytes HASH = Bytes.of(Hashes.sha256(MESSAGE));

  private final RsaKey key = RsaKey.generate(new SecureRandom(), 2_048);

  private RSAPublicKey publicKey() throws Exception {
    return (RSAPublicKey)
        KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(key.spki().toArray()));
  }

  /** RFC 8017, 9.2: EM = 00 01 FF … 00 DigestInfo, with the prefix of its note 1 for SHA-256. */
  @Test
  void signsAsTheStandardSays() throws Exception {
    BigInteger encoded =
        new BigInteger(1, key.sign(HASH).toArray())
            .modPow(publicKey().getPublicExponent(), publicKey().getModulus());
    assertThat(encoded.toString(16))
        .isEqualTo(
            "1"
                + "ff".repeat(202)
                + "00"
                + "3031300d060960864801650304020105000420"
                + HexFormat.of().formatHex(HASH.toArray()));
  }

  @Test
  void publishesAKeyThatTheJdkReadsAndVerifiesWith() throws Exception {
    assertThat(publicKey().getModulus().bitLength()).isEqualTo(2_048);
    Signature verifier = Signature.getInstance("SHA256withRSA");
    verifier.initVerify(publicKey());
    verifier.update(MESSAGE);
    assertThat(verifier.verify(key.sign(HASH).toArray())).isTrue();
  }

  @Test
  void signsTheSameHashWithTheSameBytes() {
    assertThat(key.sign(HASH)).isEqualTo(key.sign(HASH));
  }

  @Test
  void comesBackFromItsSecret() {
    SigningKey again = SigningKey.of(RsaKey.ALGORITHM, key.secret());
    assertThat(again.spki()).isEqualTo(key.spki());
    assertThat(again.fingerprint()).isEqualTo(key.fingerprint());
    assertThat(again.sign(HASH)).isEqualTo(key.sign(HASH));
  }

  @Test
  void knowsItsOwnSignatures() {
    Bytes signature = key.sign(HASH);
    Bytes otherHash = Bytes.of(Hashes.sha256(new byte[0]));
    assertThat(key.verifies(HASH, signature)).isTrue();
    assertThat(key.verifies(otherHash, signature)).isFalse();
    assertThat(key.verifies(HASH, key.sign(otherHash))).isFalse();
    assertThat(key.verifies(HASH, Bytes.of(new byte[3]))).isFalse();
  }

  @Test
  void refusesAKeyThatIsNone() {
    assertThatThrownBy(() -> RsaKey.of(new byte[32])).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RsaKey.of(Forge.ec().getPrivate().getEncoded()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not an RSA key");
  }

  @Test
  void showsOnlyItsFingerprint() {
    assertThat(key.toString()).isEqualTo("key " + key.fingerprint());
  }
}
