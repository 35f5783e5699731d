package dev.countermark.keys;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.KeyTerms;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcECContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A key of an {@link InMemoryKeyClient}; signs deterministically. */
sealed interface InMemoryKey permits InMemoryKey.Rsa, InMemoryKey.P256 {
  PublicKey publicKey();

  /** Signs certificates. */
  ContentSigner certificateSigner() throws OperatorCreationException;

  /** Signs a SHA-256. */
  Bytes sign(Bytes hash);

  /** A new key. */
  static InMemoryKey make(KeyTerms.Algorithm algorithm, SecureRandom random) {
    return switch (algorithm) {
      case ECDSA -> ec(random);
      case RSA -> rsa(random);
    };
  }

  private static InMemoryKey rsa(SecureRandom random) {
    return RsaPairs.next(random);
  }

  private static InMemoryKey ec(SecureRandom random) {
    ECKeyPairGenerator generator = new ECKeyPairGenerator();
    generator.init(new ECKeyGenerationParameters(P256.CURVE, random));
    return new P256(generator.generateKeyPair());
  }

  /** PKCS#1 v1.5. */
  record Rsa(KeyPair pair) implements InMemoryKey {
    /** Less than the key service takes: tests make many keys. */
    static final int BITS = 2_048;

    private static final AlgorithmIdentifier SHA256 =
        new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE);

    @Override
    public PublicKey publicKey() {
      return pair.getPublic();
    }

    @Override
    public ContentSigner certificateSigner() throws OperatorCreationException {
      return new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate());
    }

    @Override
    public Bytes sign(Bytes hash) {
      try {
        Signature rsa = Signature.getInstance("NONEwithRSA");
        rsa.initSign(pair.getPrivate());
        rsa.update(new DigestInfo(SHA256, hash.toArray()).getEncoded());
        return Bytes.of(rsa.sign());
      } catch (GeneralSecurityException | IOException e) {
        throw new IllegalStateException("cannot sign", e);
      }
    }
  }

  /**
   * To make one takes longer than most tests: after some have been made they come round again, and
   * any few of them that one test needs are different.
   */
  final class RsaPairs {
    private static final int DIFFERENT = 24;
    private static final List<KeyPair> MADE = new ArrayList<>();
    private static int next;

    private RsaPairs() {}

    static synchronized InMemoryKey next(SecureRandom random) {
      if (MADE.size() < DIFFERENT) {
        MADE.add(generate(random));
      }
      return new Rsa(MADE.get(next++ % DIFFERENT));
    }

    private static KeyPair generate(SecureRandom random) {
      try {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(Rsa.BITS, random);
        return generator.generateKeyPair();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every JDK has RSA", e);
      }
    }
  }

  /** ECDSA by RFC 6979, DER. */
  record P256(AsymmetricCipherKeyPair pair) implements InMemoryKey {
    static final ECNamedDomainParameters CURVE =
        new ECNamedDomainParameters(
            SECObjectIdentifiers.secp256r1,
            CustomNamedCurves.getByOID(SECObjectIdentifiers.secp256r1));

    @Override
    public PublicKey publicKey() {
      try {
        byte[] spki =
            SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(pair.getPublic()).getEncoded();
        return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
      } catch (GeneralSecurityException | IOException e) {
        throw new IllegalStateException("every JDK has P-256", e);
      }
    }

    @Override
    public ContentSigner certificateSigner() throws OperatorCreationException {
      return new BcECContentSignerBuilder(
              new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256),
              new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256))
          .build(pair.getPrivate());
    }

    @Override
    public Bytes sign(Bytes hash) {
      ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
      signer.init(true, pair.getPrivate());
      BigInteger[] rs = signer.generateSignature(hash.toArray());
      try {
        return Bytes.of(StandardDSAEncoding.INSTANCE.encode(CURVE.getN(), rs[0], rs[1]));
      } catch (IOException e) {
        throw new IllegalStateException("cannot encode a signature", e);
      }
    }
  }
}
