package dev.countermark.keyservice;

import static dev.countermark.keyservice.Fixtures.NUGET;
import static dev.countermark.keyservice.Fixtures.NUGET_OPERATOR;
import static dev.countermark.keyservice.Fixtures.NUGET_SIGNER;
import static dev.countermark.keyservice.Fixtures.breaks;
import static dev.countermark.keyservice.Fixtures.item;
import static dev.countermark.keyservice.Fixtures.replica;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyClient.SignedBatch;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Keys with certificates: how they are made, follow each other and end. */
class NugetKeysTest {
  private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");

  private final BlobStore store = new InMemoryBlobStore();
  private final Hands clock = new Hands();

  private static final class Hands extends Clock {
    private Instant now = START;

    void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private static X509Certificate certificate(PublicKeyVersion key, int index) {
    return Certificates.read(key.certificates().get(index));
  }

  @Test
  void aCertificateIsWhatClientsDemand() throws Exception {
    PublicKeyVersion key = replica(store, clock).custodian().identity(NUGET_SIGNER, NUGET);

    assertThat(key.certificates()).hasSize(2);
    X509Certificate leaf = certificate(key, 0);
    X509Certificate root = certificate(key, 1);
    assertThat(leaf.getPublicKey().getEncoded()).isEqualTo(key.spki().toArray());
    assertThat(leaf.getPublicKey()).isInstanceOf(RSAPublicKey.class);
    assertThat(leaf.getSigAlgName()).isEqualTo("SHA256withRSA");
    assertThat(leaf.getSubjectX500Principal().getName())
        .isEqualTo("CN=acme/tools repository signing,O=Example");
    assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.3");
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
    assertThat(leaf.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.15", "2.5.29.19");
    assertThat(leaf.getKeyUsage()).startsWith(true, false, false, false, false, false);
    assertThat(leaf.getNonCriticalExtensionOIDs())
        .containsExactlyInAnyOrder("2.5.29.14", "2.5.29.35", "2.5.29.37");
    assertThat(leaf.getNotBefore().toInstant()).isEqualTo(START.minus(Duration.ofHours(1)));
    assertThat(leaf.getNotAfter().toInstant()).isEqualTo(Instant.parse("2028-11-24T12:00:00Z"));
    assertThat(leaf.getSerialNumber().signum()).isPositive();
    assertThat(leaf.getSerialNumber().bitLength()).isBetween(120, 159);
    leaf.verify(root.getPublicKey());
    root.verify(root.getPublicKey());
    assertThat(root.getBasicConstraints()).isEqualTo(Integer.MAX_VALUE);
    assertThat(root.getKeyUsage()[5]).isTrue();
    assertThat(root.getNotAfter().toInstant()).isEqualTo(Instant.parse("2046-11-24T12:00:00Z"));
  }

  @Test
  void signaturesVerifyAndRepeat() throws Exception {
    KeyCustodian custodian = replica(store, clock).custodian();
    SignedBatch batch = custodian.sign(NUGET_SIGNER, NUGET, List.of(item("a"), item("b")));
    SignedBatch again =
        replica(store, clock).custodian().sign(NUGET_SIGNER, NUGET, List.of(item("a")));

    Signature rsa = Signature.getInstance("SHA256withRSA");
    rsa.initVerify(certificate(batch.key(), 0));
    rsa.update("a".getBytes(StandardCharsets.UTF_8));
    assertThat(rsa.verify(batch.signatures().get(0).toArray())).isTrue();
    assertThat(again.signatures().get(0)).isEqualTo(batch.signatures().get(0));
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void oneRootForAllRepositoriesHoweverManyReplicasAskAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<PublicKeyVersion>> asked = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        KeyScope scope =
            new KeyScope(
                dev.countermark.contracts.RepositoryName.of("acme/r" + i % 2), Purpose.NUGET);
        KeyCustodian custodian = replica(store, clock).custodian();
        asked.add(threads.submit(() -> custodian.identity(NUGET_SIGNER, scope)));
      }
      Set<Bytes> roots = new HashSet<>();
      Set<Bytes> leaves = new HashSet<>();
      for (Future<PublicKeyVersion> each : asked) {
        roots.add(each.get().certificates().get(1));
        leaves.add(each.get().certificates().get(0));
      }
      assertThat(roots).hasSize(1);
      assertThat(leaves).hasSize(2);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aNewKeyIsAnnouncedBeforeItSigns() {
    KeyCustodian custodian = replica(store, clock).custodian();
    PublicKeyVersion first = custodian.identity(NUGET_SIGNER, NUGET);
    PublicKeyVersion second = custodian.rotate(NUGET_OPERATOR, NUGET, false);

    assertThat(second.version()).isEqualTo(2);
    assertThat(second.current()).isFalse();
    assertThat(second.certificates().get(1)).isEqualTo(first.certificates().get(1));
    assertThat(custodian.versions(NUGET_SIGNER, NUGET))
        .extracting(PublicKeyVersion::version)
        .containsExactly(1, 2);
    assertThat(custodian.sign(NUGET_SIGNER, NUGET, List.of(item("a"))).key().version())
        .isEqualTo(1);

    clock.pass(Duration.ofMinutes(59));
    assertThat(custodian.identity(NUGET_SIGNER, NUGET).version()).isEqualTo(1);
    clock.pass(Duration.ofMinutes(1));
    assertThat(custodian.identity(NUGET_SIGNER, NUGET).version()).isEqualTo(2);
    assertThat(custodian.sign(NUGET_SIGNER, NUGET, List.of(item("a"))).key().version())
        .isEqualTo(2);
    assertThat(custodian.versions(NUGET_SIGNER, NUGET))
        .filteredOn(PublicKeyVersion::current)
        .extracting(PublicKeyVersion::version)
        .containsExactly(2);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void aCompromisedKeyIsReplacedAtOnce() {
    KeyCustodian custodian = replica(store, clock).custodian();
    custodian.identity(NUGET_SIGNER, NUGET);
    assertThat(custodian.rotate(NUGET_OPERATOR, NUGET, true).current()).isTrue();
    custodian.revoke(NUGET_OPERATOR, NUGET, 1);
    assertThat(custodian.sign(NUGET_SIGNER, NUGET, List.of(item("a"))).key().version())
        .isEqualTo(2);
    assertThat(custodian.versions(NUGET_SIGNER, NUGET).get(0).revokedAt()).contains(START);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void aKeyWhoseCertificateEndsSoonIsFollowedByANewOneExactlyOnce() {
    KeyCustodian one = replica(store, clock).custodian();
    KeyCustodian other = replica(store, clock).custodian();
    one.identity(NUGET_SIGNER, NUGET);
    other.identity(NUGET_SIGNER, NUGET);
    clock.pass(Duration.ofDays(730 - 91));
    assertThat(one.versions(NUGET_SIGNER, NUGET)).hasSize(1);

    clock.pass(Duration.ofDays(2));
    assertThat(one.versions(NUGET_SIGNER, NUGET)).hasSize(2);
    assertThat(other.versions(NUGET_SIGNER, NUGET)).hasSize(2);
    assertThat(other.sign(NUGET_SIGNER, NUGET, List.of(item("a"))).key().version()).isEqualTo(1);
    clock.pass(Duration.ofHours(1));
    assertThat(other.sign(NUGET_SIGNER, NUGET, List.of(item("a"))).key().version()).isEqualTo(2);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void aCertificateThatWasExchangedInTheBucketIsNotPublished() {
    replica(store, clock).custodian().identity(NUGET_SIGNER, NUGET);
    String key = KeysBucket.version(NUGET, 1);
    KeyRecord record = Json.read(store.get(key).orElseThrow().content(), KeyRecord.class);
    KeyRecord changed =
        new KeyRecord(
            record.format(),
            record.repository(),
            record.purpose(),
            record.version(),
            record.algorithm(),
            record.spki(),
            record.fingerprint(),
            record.createdAt(),
            record.createdBy(),
            record.rootId(),
            record.wrappedDataKey(),
            record.encryptedPrivateKey(),
            List.of(record.certificates().get(1), record.certificates().get(1)),
            record.activeFrom());
    store.delete(key);
    store.create(key, Json.write(changed));

    assertThatThrownBy(() -> replica(store, clock).custodian().identity(NUGET_SIGNER, NUGET))
        .isInstanceOfSatisfying(
            KeyServiceException.class,
            e -> assertThat(e.code()).isEqualTo(KeyServiceException.Code.RECORD_UNUSABLE));
  }

  // ---- imported authorities -------------------------------------------------------------------

  private static KeyPair rsa(int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    return generator.generateKeyPair();
  }

  private static byte[] pem(String label, byte[] der) {
    return ("-----BEGIN "
            + label
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END "
            + label
            + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private NugetAuthority.Authority anAuthority() {
    BlobStore elsewhere = new InMemoryBlobStore();
    java.security.SecureRandom random = new java.security.SecureRandom();
    return new NugetAuthority(
            elsewhere,
            new KeyEnvelope(Fixtures.root(3), random),
            random,
            clock,
            new NugetAuthority.Terms("Imported", java.time.Period.ofYears(1), 2_048, 10),
            Optional.empty())
        .authority();
  }

  @Test
  void anImportedAuthorityIssuesInsteadOfAnOwnRoot() throws Exception {
    NugetAuthority.Authority authority = anAuthority();
    byte[] key = pem("PRIVATE KEY", authority.key().secret());
    byte[] chain = pem("CERTIFICATE", authority.certificate().getEncoded());
    for (ImportedAuthority imported :
        List.of(
            ImportedAuthority.pem(key, chain, START),
            ImportedAuthority.pkcs12(pkcs12(authority), "secret".toCharArray(), START))) {
      BlobStore fresh = new InMemoryBlobStore();
      PublicKeyVersion version =
          replica(fresh, clock, Optional.of(imported)).custodian().identity(NUGET_SIGNER, NUGET);
      assertThat(certificate(version, 1)).isEqualTo(authority.certificate());
      certificate(version, 0).verify(authority.certificate().getPublicKey());
      assertThat(fresh.head(KeysBucket.authority(Purpose.NUGET))).isEmpty();
    }
  }

  private static byte[] pkcs12(NugetAuthority.Authority authority) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        "ca",
        authority.key().privateKey(),
        "secret".toCharArray(),
        new Certificate[] {authority.certificate()});
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    keys.store(out, "secret".toCharArray());
    return out.toByteArray();
  }

  @Test
  void anAuthorityThatClientsWouldRefuseIsNotTaken() throws Exception {
    NugetAuthority.Authority authority = anAuthority();
    byte[] key = pem("PRIVATE KEY", authority.key().secret());
    byte[] chain = pem("CERTIFICATE", authority.certificate().getEncoded());
    refused(
        "not that of the key",
        pem("PRIVATE KEY", rsa(2_048).getPrivate().getEncoded()),
        chain,
        START);
    refused("expired", key, chain, START.plus(Duration.ofDays(4_000)));
    refused("no unencrypted PEM private key", chain, chain, START);
    refused("no unencrypted PEM private key", new byte[0], chain, START);
    refused("there is no certificate", key, new byte[0], START);

    PublicKeyVersion leaf = replica(store, clock).custodian().identity(NUGET_SIGNER, NUGET);
    KeyRecord record =
        Json.read(store.get(KeysBucket.version(NUGET, 1)).orElseThrow().content(), KeyRecord.class);
    SigningKey leafKey =
        new KeyEnvelope(Fixtures.root(1), new java.security.SecureRandom()).open(record, NUGET, 1);
    refused(
        "not the certificate of an authority",
        pem("PRIVATE KEY", leafKey.secret()),
        pem("CERTIFICATE", leaf.certificates().get(0).toArray()),
        START);
    assertThatThrownBy(
            () -> ImportedAuthority.pkcs12(pkcs12(authority), "wrong".toCharArray(), START))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void refused(String why, byte[] key, byte[] chain, Instant now) {
    assertThatThrownBy(() -> ImportedAuthority.pem(key, chain, now))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
