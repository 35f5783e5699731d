package dev.countermark.keys;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
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
  private final SecureRandom random = new SecureRandom();
  private final Clock clock;
  private final InMemoryAuthority authority;

  public InMemoryKeyClient() {
    this(Clock.systemUTC());
  }

  /**
   * @param clock of {@code createdAt} and of the validity of certificates
   */
  public InMemoryKeyClient(Clock clock) {
    this.clock = clock;
    this.authority = new InMemoryAuthority(clock, random);
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
                  p.certificates(),
                  p.activeFrom()),
              v.signer()));
    }
    int version = old.size() + 1;
    all.add(
        switch (key.purpose()) {
          case OCI -> ec(version);
          case NUGET -> rsa(key.repository(), version);
        });
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

  private Version rsa(RepositoryName repository, int version) {
    InMemoryAuthority.Certified key = authority.issue(repository);
    return new Version(published(version, key.spki(), key.certificates()), key::sign);
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
          certificates,
          Optional.empty());
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
}
