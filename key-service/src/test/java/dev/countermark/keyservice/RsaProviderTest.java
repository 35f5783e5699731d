package dev.countermark.keyservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.countermark.contracts.Bytes;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RsaProviderTest {
  @BeforeEach
  void requireTheLibrary() {
    assumeThat(RsaProvider.chosen()).isEqualTo(RsaProvider.CORRETTO);
  }

  /** What one makes the other computes with. */
  @ParameterizedTest
  @EnumSource(RsaProvider.class)
  void makesKeysForAll(RsaProvider maker) throws Exception {
    KeyPair pair = maker.generate(new SecureRandom(), 3_072);
    assertThat(((RSAPublicKey) pair.getPublic()).getModulus().bitLength()).isEqualTo(3_072);
    RsaKey key = RsaKey.of(pair.getPrivate().getEncoded());
    assertThat(key.spki()).isEqualTo(Bytes.of(pair.getPublic().getEncoded()));
    Bytes hash = Bytes.of(new byte[32]);
    assertThat(key.verifies(hash, key.sign(hash))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {2_048, 3_072, 4_096})
  void allProvidersMakeTheSameSignatures(int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    PrivateKey key = generator.generateKeyPair().getPrivate();
    PrivateKey own = RsaProvider.CORRETTO.own(key);
    Random random = new Random(bits);
    for (int i = 0; i < 20; i++) {
      byte[] digestInfo = new byte[51];
      random.nextBytes(digestInfo);
      assertThat(RsaProvider.CORRETTO.sign(own, digestInfo))
          .isEqualTo(RsaProvider.JDK.sign(RsaProvider.JDK.own(key), digestInfo));
    }
  }
}
