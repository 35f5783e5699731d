package dev.countermark.format.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EcdsaSignatureTest {
  private static final byte[] MESSAGE = "message".getBytes(StandardCharsets.UTF_8);

  private static KeyPair keyPair(String curve) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair();
  }

  private static byte[] sign(KeyPair pair, byte[] hash) throws GeneralSecurityException {
    Signature ecdsa = Signature.getInstance("NONEwithECDSA");
    ecdsa.initSign(pair.getPrivate());
    ecdsa.update(hash);
    return ecdsa.sign();
  }

  /** The verdict of the JDK. */
  private static boolean jdkTakes(PublicKey key, byte[] hash, byte[] der) {
    try {
      Signature ecdsa = Signature.getInstance("NONEwithECDSA");
      ecdsa.initVerify(key);
      ecdsa.update(hash);
      return ecdsa.verify(der);
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "secp256r1,SHA-256",
    "secp256r1,SHA-512",
    "secp384r1,SHA-384",
    "secp521r1,SHA-512",
    "secp521r1,SHA-256"
  })
  void agreesWithTheJdkOnWhatIsGenuineAndWhatIsAltered(String curve, String algorithm)
      throws GeneralSecurityException {
    KeyPair pair = keyPair(curve);
    byte[] spki = pair.getPublic().getEncoded();
    byte[] hash = MessageDigest.getInstance(algorithm).digest(MESSAGE);
    byte[] der = sign(pair, hash);

    assertThat(EcdsaSignature.isGenuine(spki, hash, der)).isTrue();
    assertThat(jdkTakes(pair.getPublic(), hash, der)).isTrue();
    byte[] otherKey = keyPair(curve).getPublic().getEncoded();
    assertThat(EcdsaSignature.isGenuine(otherKey, hash, der)).isFalse();
    byte[] otherHash = hash.clone();
    otherHash[5] ^= 1;
    assertThat(EcdsaSignature.isGenuine(spki, otherHash, der)).isFalse();
    // The JDK takes tens of milliseconds for each on the larger curves: there, every seventh.
    int step = curve.equals("secp256r1") ? 1 : 7;
    for (int bit = 0; bit < der.length * 8; bit += step) {
      byte[] altered = der.clone();
      altered[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(EcdsaSignature.isGenuine(spki, hash, altered)).as("bit %d", bit).isFalse();
      assertThat(jdkTakes(pair.getPublic(), hash, altered)).as("bit %d", bit).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void neverTakesWhatTheJdkRefuses(long seed) throws GeneralSecurityException {
    Random random = new Random(seed);
    KeyPair pair = keyPair("secp256r1");
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(MESSAGE);
    for (int i = 0; i < 300; i++) {
      byte[] der = sign(pair, hash);
      for (int changes = random.nextInt(3); changes > 0; changes--) {
        der[random.nextInt(der.length)] = (byte) random.nextInt();
      }
      der = random.nextInt(4) == 0 ? Arrays.copyOf(der, random.nextInt(der.length + 3)) : der;

      if (EcdsaSignature.isGenuine(pair.getPublic().getEncoded(), hash, der)) {
        assertThat(jdkTakes(pair.getPublic(), hash, der)).isTrue();
      }
    }
  }

  @Test
  void takesOneEncodingOnly() throws GeneralSecurityException {
    KeyPair pair = keyPair("secp256r1");
    byte[] spki = pair.getPublic().getEncoded();
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(MESSAGE);
    BigInteger n = ((ECPublicKey) pair.getPublic()).getParams().getOrder();
    byte[] der = sign(pair, hash);
    byte[] r = Arrays.copyOfRange(der, 4, 4 + der[3]);
    byte[] s = Arrays.copyOfRange(der, 6 + r.length, der.length);
    byte[] rest = Arrays.copyOfRange(der, 2, der.length);
    byte[] zero = {0};

    assertThat(EcdsaSignature.isGenuine(spki, hash, sequence(integer(r), integer(s)))).isTrue();
    for (byte[] each :
        List.of(
            Arrays.copyOf(der, der.length + 1),
            Arrays.copyOf(der, der.length - 1),
            concat(new byte[] {0x30, (byte) 0x81, (byte) rest.length}, rest),
            concat(new byte[] {0x30, (byte) 0x80}, rest, new byte[2]),
            sequence(integer(concat(zero, r)), integer(s)),
            sequence(integer(r), integer(concat(zero, s))),
            sequence(integer(r), integer(s), integer(zero)),
            sequence(integer(r)),
            sequence(integer(zero), integer(s)),
            sequence(integer(r), integer(zero)),
            sequence(integer(r), integer(n.toByteArray())),
            sequence(integer(new BigInteger(r).add(n).toByteArray()), integer(s)),
            sequence(integer(new BigInteger(r).negate().toByteArray()), integer(s)),
            sequence(integer(new BigInteger(r).subtract(n).toByteArray()), integer(s)),
            sequence(concat(new byte[] {4, (byte) r.length}, r), integer(s)),
            concat(new byte[] {0x31, (byte) rest.length}, rest),
            new byte[64],
            new byte[0])) {
      assertThat(EcdsaSignature.isGenuine(spki, hash, each))
          .as(HexFormat.of().formatHex(each))
          .isFalse();
    }
  }

  @Test
  void takesEitherOfTheTwoValuesOfS() throws GeneralSecurityException {
    KeyPair pair = keyPair("secp256r1");
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(MESSAGE);
    BigInteger n = ((ECPublicKey) pair.getPublic()).getParams().getOrder();
    byte[] der = sign(pair, hash);
    byte[] r = Arrays.copyOfRange(der, 4, 4 + der[3]);
    BigInteger s = new BigInteger(Arrays.copyOfRange(der, 6 + r.length, der.length));
    byte[] other = sequence(integer(r), integer(n.subtract(s).toByteArray()));

    assertThat(EcdsaSignature.isGenuine(pair.getPublic().getEncoded(), hash, other)).isTrue();
    assertThat(jdkTakes(pair.getPublic(), hash, other)).isTrue();
  }

  @Test
  void aKeyOfAnotherKindMadeNoSignature() throws GeneralSecurityException {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(MESSAGE);
    byte[] der = sign(keyPair("secp256r1"), hash);
    byte[] rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair().getPublic().getEncoded();

    assertThat(EcdsaSignature.isGenuine(rsa, hash, der)).isFalse();
    assertThat(EcdsaSignature.isGenuine(new byte[] {0x30, 0}, hash, der)).isFalse();
  }

  private static byte[] integer(byte[] value) {
    return concat(new byte[] {2, (byte) value.length}, value);
  }

  private static byte[] sequence(byte[]... elements) {
    byte[] content = concat(elements);
    return concat(new byte[] {0x30, (byte) content.length}, content);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
