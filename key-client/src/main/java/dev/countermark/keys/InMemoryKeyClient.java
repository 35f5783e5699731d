package dev.countermark.keys;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A key service for tests: keeps its keys in memory, unprotected and unaudited, loses them on exit.
 */
public final class InMemoryKeyClient implements KeyClient {
  private static final ECNamedDomainParameters P256 =
      new ECNamedDomainParameters(
          SECObjectIdentifiers.secp256r1,
          CustomNamedCurves.getByOID(SECObjectIdentifiers.secp256r1));

  private record Key(RepositoryName repository, Purpose purpose) {}

  private record Version(PublicKeyVersion published, Signer signer) {}

  /** Signs the SHA-256 of something. */
  private interface Signer {
    Bytes sign(Bytes hash);
  }

  private final ConcurrentMap<Key, List<Version>> keys = new ConcurrentHashMap<>();
  private final TestAuthority authority = new TestAuthority();
  private final SecureRandom random = new SecureRandom();
  private final Clock clock;

  public InMemoryKeyClient() {
    this(Clock.systemUTC());
  }

  /**
   * @param clock of {@code createdAt}
   */
  public InMemoryKeyClient(Clock clock) {
    this.clock = clock;
  }

  @Override
  public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
    return last(ring(new Key(repository, purpose))).published();
  }

  @Override
  public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
    return ring(new Key(repository, purpose)).stream().map(Version::published).toList();
  }

  @Override
  public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
    HttpKeyClient.requireSignable(items);
    Version version = last(ring(new Key(repository, purpose)));
    return new SignedBatch(
        version.published(), items.stream().map(i -> version.signer().sign(i.hash())).toList());
  }

  /** Makes a new version and makes it the current one. */
  public PublicKeyVersion rotate(RepositoryName repository, Purpose purpose) {
    Key key = new Key(repository, purpose);
    ring(key);
    return last(keys.computeIfPresent(key, (k, old) -> with(k, old))).published();
  }

  private List<Version> ring(Key key) {
    return keys.computeIfAbsent(key, k -> with(k, List.of()));
  }

  private static Version last(List<Version> versions) {
    return versions.get(versions.size() - 1);
  }

  private List<Version> with(Key key, List<Version> old) {
    List<Version> all = new ArrayList<>();
    for (Version v : old) {
      PublicKeyVersion p = v.published();
      all.add(
          new Version(
              new PublicKeyVersion(
                  p.version(),
                  p.spki(),
                  p.fingerprint(),
                  p.createdAt(),
                  false,
                  p.revokedAt(),
                  p.certificates()),
              v.signer()));
    }
    int version = old.size() + 1;
    all.add(
        key.purpose() == Purpose.NUGET
            ? authority.certify(key.repository(), version)
            : ec(version));
    return List.copyOf(all);
  }

  private Version ec(int version) {
    ECKeyPairGenerator generator = new ECKeyPairGenerator();
    generator.init(new ECKeyGenerationParameters(P256, random));
    AsymmetricCipherKeyPair pair = generator.generateKeyPair();
    try {
      byte[] spki =
          SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(pair.getPublic()).getEncoded();
      return new Version(
          published(version, spki, List.of()), hash -> sign(pair.getPrivate(), hash));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PublicKeyVersion published(int version, byte[] spki, List<Bytes> certificates) {
    try {
      String fingerprint =
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(spki));
      return new PublicKeyVersion(
          version,
          Bytes.of(spki),
          fingerprint,
          clock.instant(),
          true,
          Optional.empty(),
          certificates);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static Bytes sign(AsymmetricKeyParameter secret, Bytes hash) {
    ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
    signer.init(true, secret);
    BigInteger[] rs = signer.generateSignature(hash.toArray());
    try {
      return Bytes.of(StandardDSAEncoding.INSTANCE.encode(P256.getN(), rs[0], rs[1]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A throw-away root. Its keys are small, for tests make many. */
  private final class TestAuthority {
    private static final int BITS = 2_048;
    private KeyPair root;
    private X509Certificate rootCertificate;

    synchronized Version certify(RepositoryName repository, int version) {
      try {
        if (root == null) {
          root = rsa();
          rootCertificate =
              certificate("CN=Test Root", root.getPublic(), "CN=Test Root", true, BigInteger.ONE);
        }
        KeyPair pair = rsa();
        X509Certificate leaf =
            certificate(
                "CN=" + repository + " repository signing",
                pair.getPublic(),
                "CN=Test Root",
                false,
                new BigInteger(64, random).setBit(63));
        return new Version(
            published(
                version,
                pair.getPublic().getEncoded(),
                List.of(Bytes.of(leaf.getEncoded()), Bytes.of(rootCertificate.getEncoded()))),
            hash -> sign(pair, hash));
      } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
        throw new IllegalStateException("cannot make a test certificate", e);
      }
    }

    private KeyPair rsa() throws GeneralSecurityException {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(BITS);
      return generator.generateKeyPair();
    }

    private X509Certificate certificate(
        String subject, PublicKey key, String issuer, boolean authority, BigInteger serial)
        throws GeneralSecurityException, CertIOException, OperatorCreationException {
      Instant now = clock.instant();
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Principal(issuer),
              serial,
              Date.from(now.minus(Duration.ofDays(1))),
              Date.from(now.plus(Duration.ofDays(365))),
              new X500Principal(subject),
              key);
      JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(key));
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(root.getPrivate())));
    }

    private Bytes sign(KeyPair pair, Bytes hash) {
      try {
        Signature rsa = Signature.getInstance("NONEwithRSA");
        rsa.initSign(pair.getPrivate());
        rsa.update(
            new DigestInfo(
                    new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE),
                    hash.toArray())
                .getEncoded());
        return Bytes.of(rsa.sign());
      } catch (GeneralSecurityException | IOException e) {
        throw new IllegalStateException("cannot sign", e);
      }
    }
  }
}
