package dev.countermark.keyservice;

import static dev.countermark.keyservice.Fixtures.NUGET;
import static dev.countermark.keyservice.Fixtures.NUGET_SIGNER;
import static dev.countermark.keyservice.Fixtures.breaks;
import static dev.countermark.keyservice.Fixtures.records;
import static dev.countermark.keyservice.Fixtures.replica;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.testkit.time.HandSetClock;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.junit.jupiter.api.Test;

/** Certificates and who issues them. */
class CertificateAuthorityTest {
  private static final Instant START = Instant.parse("2026-11-24T12:00:00.123Z");
  private static final String ROOT = KeysBucket.authority(new Purpose("nuget"));
  private static final String BASIC_CONSTRAINTS = "2.5.29.19";
  private static final String KEY_USAGE = "2.5.29.15";
  private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
  private static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
  private static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";

  private final BlobStore store = new InMemoryBlobStore();
  private final HandSetClock clock = new HandSetClock(START);

  private PublicKeyVersion key(KeyScope scope) {
    return replica(store, clock).custodian().identity(NUGET_SIGNER, scope);
  }

  private static KeyScope scope(String repository) {
    return new KeyScope(RepositoryName.of(repository), new Purpose("nuget"));
  }

  private static X509Certificate certificate(PublicKeyVersion key, int index) {
    return Certificates.read(key.certificates().get(index));
  }

  private static byte[] subjectKey(X509Certificate certificate) {
    return SubjectKeyIdentifier.fromExtensions(Certificates.holder(certificate).getExtensions())
        .getKeyIdentifier();
  }

  private static byte[] authorityKey(X509Certificate certificate) {
    X509CertificateHolder holder = Certificates.holder(certificate);
    return AuthorityKeyIdentifier.fromExtensions(holder.getExtensions()).getKeyIdentifierOctets();
  }

  @Test
  void certifiesAKeyAsClientsDemand() throws Exception {
    PublicKeyVersion key = key(NUGET);
    assertThat(key.certificates()).hasSize(2);
    X509Certificate leaf = certificate(key, 0);
    X509Certificate root = certificate(key, 1);

    assertThat(leaf.getVersion()).isEqualTo(3);
    assertThat(leaf.getPublicKey().getEncoded()).isEqualTo(key.spki().toArray());
    assertThat(((RSAPublicKey) leaf.getPublicKey()).getModulus().bitLength()).isEqualTo(2_048);
    assertThat(leaf.getSigAlgOID()).isEqualTo("1.2.840.113549.1.1.11");
    assertThat(leaf.getSubjectX500Principal().getName())
        .isEqualTo("CN=acme/tools repository signing,O=Example");
    assertThat(leaf.getIssuerX500Principal()).isEqualTo(root.getSubjectX500Principal());
    assertThat(leaf.getNotBefore()).isEqualTo("2026-11-24T11:00:00Z");
    assertThat(leaf.getNotAfter()).isEqualTo("2028-11-24T12:00:00Z");
    assertThat(leaf.getCriticalExtensionOIDs())
        .containsExactlyInAnyOrder(BASIC_CONSTRAINTS, KEY_USAGE);
    assertThat(leaf.getNonCriticalExtensionOIDs())
        .containsExactlyInAnyOrder(
            EXTENDED_KEY_USAGE, SUBJECT_KEY_IDENTIFIER, AUTHORITY_KEY_IDENTIFIER);
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
    assertThat(leaf.getKeyUsage())
        .containsExactly(true, false, false, false, false, false, false, false, false);
    assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.3");
    assertThat(subjectKey(leaf)).hasSize(20).isNotEqualTo(subjectKey(root));
    assertThat(authorityKey(leaf)).isEqualTo(subjectKey(root));
    leaf.verify(root.getPublicKey());
  }

  @Test
  void makesARootThatClientsCanTrust() throws Exception {
    X509Certificate root = certificate(key(NUGET), 1);
    assertThat(root.getVersion()).isEqualTo(3);
    assertThat(((RSAPublicKey) root.getPublicKey()).getModulus().bitLength()).isEqualTo(2_048);
    assertThat(root.getSigAlgOID()).isEqualTo("1.2.840.113549.1.1.11");
    assertThat(root.getSubjectX500Principal().getName())
        .isEqualTo("CN=Example Package Signing Root,O=Example");
    assertThat(root.getIssuerX500Principal()).isEqualTo(root.getSubjectX500Principal());
    assertThat(root.getNotBefore()).isEqualTo("2026-11-24T11:00:00Z");
    assertThat(root.getNotAfter()).isEqualTo("2046-11-24T12:00:00Z");
    assertThat(root.getCriticalExtensionOIDs())
        .containsExactlyInAnyOrder(BASIC_CONSTRAINTS, KEY_USAGE);
    assertThat(root.getNonCriticalExtensionOIDs())
        .containsExactlyInAnyOrder(SUBJECT_KEY_IDENTIFIER, AUTHORITY_KEY_IDENTIFIER);
    assertThat(root.getBasicConstraints()).isEqualTo(Integer.MAX_VALUE);
    assertThat(root.getKeyUsage())
        .containsExactly(false, false, false, false, false, true, true, false, false);
    assertThat(authorityKey(root)).isEqualTo(subjectKey(root));
    root.verify(root.getPublicKey());
  }

  @Test
  void givesEveryCertificateAPositiveSerialOfItsOwn() {
    Authority authority = anAuthority();
    CertificateIssuer issuer = new CertificateIssuer(new SecureRandom());
    Set<BigInteger> serials = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      serials.add(
          issuer
              .leaf(
                  authority,
                  authority.key().spki(),
                  Certificates.holder(authority.certificate()).getSubject(),
                  new CertificateIssuer.Validity(START, START.plusSeconds(1)),
                  new CertificateIssuer.Told(Optional.empty(), Optional.empty()))
              .getSerialNumber());
    }
    assertThat(serials)
        .hasSize(200)
        .allSatisfy(serial -> assertThat(serial.signum()).isPositive())
        .allSatisfy(serial -> assertThat(serial.toByteArray()).hasSize(16));
  }

  private Authority anAuthority() {
    Forge.Issued root = Forge.authority("Any").selfSigned();
    return Forge.imported(START, root).authority();
  }

  @Test
  void namesARepositoryInNoMoreCharactersThanANameMayHave() {
    String shorter = "o".repeat(25) + "/" + "r".repeat(19);
    String longer = "o".repeat(31) + "/" + "r".repeat(32);
    String longest = "o".repeat(63) + "/" + "r".repeat(63);
    assertThat(subject(shorter)).isEqualTo("CN=" + shorter + " repository signing,O=Example");
    assertThat(subject(longer)).isEqualTo("CN=" + longer + ",O=Example");
    assertThat(subject(longest)).isEqualTo("CN=" + longest.substring(0, 61) + "...,O=Example");
  }

  private String subject(String repository) {
    return certificate(key(scope(repository)), 0).getSubjectX500Principal().getName();
  }

  @Test
  void makesOneRootHoweverManyReplicasAskAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    Set<Bytes> roots = new HashSet<>();
    Set<Bytes> leaves = new HashSet<>();
    try {
      CyclicBarrier start = new CyclicBarrier(8);
      List<Future<PublicKeyVersion>> asked = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        KeyScope scope = scope("acme/r" + i % 2);
        KeyCustodian custodian = replica(store, clock).custodian();
        asked.add(
            threads.submit(
                () -> {
                  start.await();
                  return custodian.identity(NUGET_SIGNER, scope);
                }));
      }
      for (Future<PublicKeyVersion> each : asked) {
        leaves.add(each.get().certificates().get(0));
        roots.add(each.get().certificates().get(1));
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(roots).hasSize(1);
    assertThat(leaves).hasSize(2);
    assertThat(records(store, KeysBucket.authorityChain(new Purpose("nuget")))).hasSize(1);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void makesOneKeyWhenManyThreadsOfAReplicaAskAtOnce() throws Exception {
    FaultyStore counting = new FaultyStore(store);
    KeyCustodian custodian = replica(counting, clock).custodian();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      CyclicBarrier start = new CyclicBarrier(8);
      List<Future<PublicKeyVersion>> asked = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        asked.add(
            threads.submit(
                () -> {
                  start.await();
                  return custodian.identity(NUGET_SIGNER, NUGET);
                }));
      }
      Set<PublicKeyVersion> seen = new HashSet<>();
      for (Future<PublicKeyVersion> each : asked) {
        seen.add(each.get());
      }
      assertThat(seen).hasSize(1);
    } finally {
      threads.shutdownNow();
    }
    // The marker, the root, the key and the chain of each; nobody made a key in vain.
    assertThat(counting.writes).hasValue(5);
  }

  @Test
  void tellsTheChainWhichCertificatesItIssued() {
    PublicKeyVersion key = key(NUGET);
    X509Certificate leaf = certificate(key, 0);
    AuditRecord first = records(store, KeysBucket.chain(NUGET)).get(0);
    assertThat(first.caller()).isEqualTo("signer-nuget");
    assertThat(first.entries())
        .containsExactly(
            new AuditRecord.KeyCreated(
                1, key.fingerprint(), key.createdAt(), "signer-nuget", Optional.empty()),
            new AuditRecord.CertificateIssued(
                1,
                Hashes.sha256Hex(key.certificates().get(0).toArray()),
                leaf.getSerialNumber().toString(16),
                "CN=acme/tools repository signing,O=Example",
                Hashes.sha256Hex(key.certificates().get(1).toArray()),
                Instant.parse("2026-11-24T11:00:00Z"),
                Instant.parse("2028-11-24T12:00:00Z")));

    AuditRecord root = records(store, KeysBucket.authorityChain(new Purpose("nuget"))).get(0);
    assertThat(root.chain()).isEqualTo("authorities/nuget");
    AuditRecord.CertificateIssued issued = (AuditRecord.CertificateIssued) root.entries().get(1);
    assertThat(issued.fingerprint())
        .isEqualTo(Hashes.sha256Hex(key.certificates().get(1).toArray()))
        .isEqualTo(issued.issuer());
    assertThat(issued.serial()).isEqualTo(certificate(key, 1).getSerialNumber().toString(16));
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void storesNothingOfTheRootsPrivateKey() {
    key(NUGET);
    byte[] json = store.get(ROOT).orElseThrow().content();
    SigningKey key =
        new OwnAuthorities(store, new KeyEnvelope(Fixtures.root(1), new SecureRandom()))
            .find(new Purpose("nuget"))
            .orElseThrow()
            .authority()
            .key();
    String text = new String(json, StandardCharsets.UTF_8);
    assertThat(text)
        .doesNotContain(HexFormat.of().formatHex(key.secret(), 32, 64))
        .doesNotContain(Bytes.of(key.secret()).toBase64().substring(64, 128));
  }

  @Test
  void makesNoNewRootWhenTheBucketLostIt() {
    key(NUGET);
    store.delete(ROOT);
    assertUnusable("vanished");
    assertThat(store.head(ROOT)).isEmpty();
    assertThat(breaks(store, false)).anyMatch(b -> b.startsWith("authorities/nuget: record 1"));
  }

  @Test
  void usesNoRootThatWasExchangedOrIsOfAnotherInstallation() {
    key(NUGET);
    AuthorityRecord own = read();
    BlobStore other = new InMemoryBlobStore();
    replica(other, clock).custodian().identity(NUGET_SIGNER, NUGET);
    AuthorityRecord foreign =
        Json.read(other.get(ROOT).orElseThrow().content(), AuthorityRecord.class);
    write(own, foreign.certificates(), own.createdAt(), own.rootId());
    assertUnusable("was altered");
    write(own, own.certificates(), own.createdAt().minusSeconds(1), own.rootId());
    assertUnusable("was altered");
    write(own, own.certificates(), own.createdAt(), "0011223344556677");
    assertUnusable("0011223344556677");
  }

  private AuthorityRecord read() {
    return Json.read(store.get(ROOT).orElseThrow().content(), AuthorityRecord.class);
  }

  private void write(
      AuthorityRecord base, List<Bytes> certificates, Instant createdAt, String rootId) {
    store.delete(ROOT);
    store.create(
        ROOT,
        Json.write(
            new AuthorityRecord(
                base.format(),
                base.purpose(),
                base.algorithm(),
                certificates,
                createdAt,
                rootId,
                base.wrappedDataKey(),
                base.encryptedPrivateKey(),
                base.root())));
  }

  private void assertUnusable(String why) {
    assertThatThrownBy(() -> key(scope("acme/other")))
        .isInstanceOfSatisfying(
            KeyServiceException.class,
            e -> assertThat(e.code()).isEqualTo(KeyServiceException.Code.RECORD_UNUSABLE))
        .hasMessageContaining(why);
  }

  @Test
  void tellsOfARootWhoseMakerDiedBeforeItCould() {
    FaultyStore dying = new FaultyStore(store);
    dying.failBefore(KeysBucket.authorityChain(new Purpose("nuget")));
    assertThatThrownBy(() -> replica(dying, clock).custodian().identity(NUGET_SIGNER, NUGET))
        .isInstanceOf(Failure.Transient.class);
    Bytes root = read().certificates().get(0);
    assertThat(key(NUGET).certificates().get(1)).isEqualTo(root);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void issuesByAnImportedIntermediateWithTheWholeChain() throws Exception {
    Forge.Issued root = Forge.authority("Corporate Root").selfSigned();
    byte[] identifier = {1, 2, 3};
    Forge.Issued issuing =
        Forge.authority("Corporate Issuing").identifier(identifier).issuedBy(root);
    ImportedAuthority imported = Forge.imported(START, issuing, root);
    PublicKeyVersion key =
        replica(store, clock, Optional.of(imported)).custodian().identity(NUGET_SIGNER, NUGET);
    assertThat(key.certificates().subList(1, 3))
        .containsExactly(Forge.der(issuing), Forge.der(root));
    X509Certificate leaf = certificate(key, 0);
    leaf.verify(issuing.keys().getPublic());
    assertThat(authorityKey(leaf)).isEqualTo(identifier);
    assertThat(leaf.getIssuerX500Principal())
        .isEqualTo(issuing.certificate().getSubjectX500Principal());
    assertThat(store.head(ROOT)).isEmpty();
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void keepsTheCertificatesOfAnAuthorityThatWasReplaced() {
    PublicKeyVersion before = key(NUGET);
    Forge.Issued root = Forge.authority("Corporate Root").selfSigned();
    KeyService later = replica(store, clock, Optional.of(Forge.imported(START, root)));
    assertThat(later.custodian().identity(NUGET_SIGNER, NUGET)).isEqualTo(before);
    PublicKeyVersion rotated = later.custodian().rotate(Fixtures.NUGET_OPERATOR, NUGET, true);
    assertThat(rotated.certificates().get(1)).isEqualTo(Forge.der(root));
    assertThat(later.custodian().versions(NUGET_SIGNER, NUGET))
        .filteredOn(version -> !version.spare())
        .extracting(PublicKeyVersion::certificates)
        .containsExactly(before.certificates(), rotated.certificates());
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void certifiesNothingBeyondTheEndOfTheAuthority() {
    Instant from = START.minus(Duration.ofDays(1));
    Forge.Issued root = Forge.authority("Short").validity(from, Duration.ofDays(101)).selfSigned();
    KeyService service = replica(store, clock, Optional.of(Forge.imported(START, root)));
    PublicKeyVersion key = service.custodian().identity(NUGET_SIGNER, NUGET);
    assertThat(certificate(key, 0).getNotAfter()).isEqualTo(root.certificate().getNotAfter());

    clock.advance(Duration.ofDays(100));
    assertThatThrownBy(() -> service.custodian().identity(NUGET_SIGNER, scope("acme/other")))
        .isInstanceOf(KeyServiceException.class)
        .hasMessageContaining("import another one");
  }
}
