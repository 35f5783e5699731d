package dev.countermark.keyservice;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.amazon.corretto.crypto.provider.SelfTestStatus;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Optional;
import javax.crypto.Cipher;
import org.jboss.logging.Logger;

/**
 * Who computes with private RSA keys: Amazon's native library where it loads and passes its tests,
 * else the JDK, which takes four times as long. The signatures are the same, byte for byte.
 *
 * <p>The library unpacks itself into {@code java.io.tmpdir}; a service that may not write or
 * execute there uses the JDK.
 */
public enum RsaProvider {
  /** The Amazon Corretto Crypto Provider. */
  CORRETTO {
    @Override
    PrivateKey own(PrivateKey key) throws GeneralSecurityException {
      return (PrivateKey) KeyFactory.getInstance("RSA", Native.PROVIDER).translateKey(key);
    }

    /** With random bytes of its own. */
    @Override
    KeyPair generate(SecureRandom random, int bits) throws GeneralSecurityException {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", Native.PROVIDER);
      generator.initialize(bits);
      return generator.generateKeyPair();
    }

    /** It has no signature without a digest; encrypting with a private key is the same. */
    @Override
    byte[] sign(PrivateKey key, byte[] digestInfo) throws GeneralSecurityException {
      Cipher rsa = Cipher.getInstance("RSA/ECB/PKCS1Padding", Native.PROVIDER);
      rsa.init(Cipher.ENCRYPT_MODE, key);
      return rsa.doFinal(digestInfo);
    }
  },
  /** The JDK's own. */
  JDK {
    @Override
    KeyPair generate(SecureRandom random, int bits) throws GeneralSecurityException {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits, random);
      return generator.generateKeyPair();
    }

    @Override
    PrivateKey own(PrivateKey key) {
      return key;
    }

    @Override
    byte[] sign(PrivateKey key, byte[] digestInfo) throws GeneralSecurityException {
      Signature rsa = Signature.getInstance("NONEwithRSA");
      rsa.initSign(key);
      rsa.update(digestInfo);
      return rsa.sign();
    }
  };

  private static final Logger LOG = Logger.getLogger(RsaProvider.class);

  /** Loaded when it is asked for first. */
  private static final class Native {
    static final AmazonCorrettoCryptoProvider PROVIDER = AmazonCorrettoCryptoProvider.INSTANCE;
  }

  /** The choice is made once. */
  private static final class Chosen {
    static final RsaProvider PROVIDER = choose();
  }

  /** The one that is used. */
  public static RsaProvider chosen() {
    return Chosen.PROVIDER;
  }

  private static RsaProvider choose() {
    Optional<String> objection = objection();
    if (objection.isEmpty()) {
      return CORRETTO;
    }
    LOG.infof("RSA is computed by the JDK: %s", objection.get());
    return JDK;
  }

  /** Why the library cannot be used. */
  private static Optional<String> objection() {
    try {
      Throwable failure = Native.PROVIDER.getLoadingError();
      if (failure != null) {
        return Optional.of(failure.toString());
      }
      SelfTestStatus tests = Native.PROVIDER.runSelfTests();
      return tests == SelfTestStatus.PASSED
          ? Optional.empty()
          : Optional.of("the tests of the native library: " + tests);
    } catch (LinkageError | RuntimeException e) {
      return Optional.of(e.toString());
    }
  }

  /**
   * A new key.
   *
   * @param random of the installation; a provider may have its own
   */
  abstract KeyPair generate(SecureRandom random, int bits) throws GeneralSecurityException;

  /** The key in the form that this provider computes with. */
  abstract PrivateKey own(PrivateKey key) throws GeneralSecurityException;

  /**
   * Signs by PKCS#1 v1.5.
   *
   * @param key as {@link #own} gave it
   * @param digestInfo DER
   */
  abstract byte[] sign(PrivateKey key, byte[] digestInfo) throws GeneralSecurityException;
}
