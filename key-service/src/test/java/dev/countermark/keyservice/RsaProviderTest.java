package dev.countermark.keyservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RsaProviderTest {
  @BeforeEach
  void requireTheLibrary() {
    assumeThat(RsaProvider.chosen()).isEqualTo(RsaProvider.CORRETTO);
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
