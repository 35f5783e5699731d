package dev.countermark.keyservice;

import static dev.countermark.keyservice.Fixtures.SWIFT;
import static dev.countermark.keyservice.Fixtures.SWIFT_OPERATOR;
import static dev.countermark.keyservice.Fixtures.SWIFT_SIGNER;
import static dev.countermark.keyservice.Fixtures.breaks;
import static dev.countermark.keyservice.Fixtures.item;
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
import dev.countermark.keys.KeyClient.SignedBatch;
import dev.countermark.keyservice.AuthorityRecord.RootKey;
import dev.countermark.keyservice.Forge.Issued;
import dev.countermark.testkit.time.HandSetClock;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.junit.jupiter.api.Test;

/** The root, the intermediate and the leaves of Swift keys (swift reference, section 4.3). */
class SwiftAuthorityTest {
  private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");
  private static final String RECORD = KeysBucket.authority(new Purpose("swift"));

  private final BlobStore store = new InMemoryBlobStore();
  private final HandSetClock clock = new HandSetClock(START);

  private KeyCustodian custodian() {
    return replica(store, clock).custodian();
  }

  private static List<X509Certificate> chain(PublicKeyVersion key) {
    return key.certificates().stream().map(Certificates::read).toList();
  }

  @Test
  void certifiesAKeyBelowAnIntermediateAsClientsDemand() throws Exception {
    List<X509Certificate> chain = chain(custodian().identity(SWIFT_SIGNER, SWIFT));

    assertThat(chain)
        .extracting(c -> c.getSubjectX500Principal().getName())
        .containsExactly(
            "CN=acme/tools package signing,OU=acme,O=Example",
            "CN=Example Swift Package Signing Intermediate,O=Example",
            "CN=Example Swift Package Signing Root,O=Example");
    X509Certificate leaf = chain.get(0);
    assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.3");
    assertThat(leaf.getNotAfter()).isEqualTo("2031-11-24T12:00:00Z");
    assertThat(leaf.getExtensionValue("1.3.6.1.5.5.7.1.1")).isNull();
    assertThat(chain).extracting(X509Certificate::getBasicConstraints).containsExactly(-1, 0, 1);
    assertThat(chain).extracting(X509Certificate::getSigAlgName).containsOnly("SHA256withECDSA");
    for (X509Certificate each : chain) {
      assertThat(each.getCriticalExtensionOIDs()).containsOnly("2.5.29.19", "2.5.29.15");
    }
    leaf.verify(chain.get(1).getPublicKey());
    chain.get(1).verify(chain.get(2).getPublicKey());
    chain.get(2).verify(chain.get(2).getPublicKey());
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void tellsTheChainOfTheRootAndOfTheIntermediate() {
    List<Bytes> chain = custodian().identity(SWIFT_SIGNER, SWIFT).certificates();

    AuditRecord first = records(store, KeysBucket.authorityChain(new Purpose("swift"))).get(0);

    X509Certificate root = Certificates.read(chain.get(2));
    X509Certificate intermediate = Certificates.read(chain.get(1));
    assertThat(first.entries())
        .containsExactly(
            new AuditRecord.RootCreated(
                Hashes.sha256Hex(root.getPublicKey().getEncoded()),
                Hashes.sha256Hex(chain.get(2).toArray()),
                root.getSerialNumber().toString(16),
                "CN=Example Swift Package Signing Root,O=Example",
                root.getNotBefore().toInstant(),
                root.getNotAfter().toInstant()),
            new AuditRecord.KeyCreated(
                1,
                Hashes.sha256Hex(intermediate.getPublicKey().getEncoded()),
                START,
                "key-service",
                Optional.empty()),
            AuditRecord.CertificateIssued.of(1, chain.subList(1, 3)));
  }

  @Test
  void theChainNoticesAnotherRootOrNone() {
    custodian().identity(SWIFT_SIGNER, SWIFT);
    BlobStore elsewhere = new InMemoryBlobStore();
    replica(elsewhere, clock).custodian().identity(SWIFT_SIGNER, SWIFT);
    store.delete(RECORD);
    store.create(RECORD, elsewhere.get(RECORD).orElseThrow().content());

    assertThat(breaks(store, true))
        .contains("authorities/swift: record 1 names a root that the bucket lacks");
  }

  @Test
  void signsTheSameBytesAgain() {
    SignedBatch first = custodian().sign(SWIFT_SIGNER, SWIFT, List.of(item("a")));
    SignedBatch again = custodian().sign(SWIFT_SIGNER, SWIFT, List.of(item("a")));
    assertThat(again.signatures()).isEqualTo(first.signatures());
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void allReplicasHaveOneAuthority() {
    PublicKeyVersion one = custodian().identity(SWIFT_SIGNER, SWIFT);
    KeyScope elsewhere = new KeyScope(RepositoryName.of("acme/other"), new Purpose("swift"));
    PublicKeyVersion other = custodian().identity(SWIFT_SIGNER, elsewhere);
    assertThat(other.certificates().subList(1, 3)).isEqualTo(one.certificates().subList(1, 3));
  }

  @Test
  void aRotatedKeyHasTheSameIntermediateAndSignsAtOnce() {
    PublicKeyVersion before = custodian().identity(SWIFT_SIGNER, SWIFT);
    PublicKeyVersion after = custodian().rotate(SWIFT_OPERATOR, SWIFT, false);
    assertThat(after.version()).isEqualTo(2);
    assertThat(after.certificates().get(1)).isEqualTo(before.certificates().get(1));
    assertThat(custodian().identity(SWIFT_SIGNER, SWIFT).version()).isEqualTo(2);
    assertThat(custodian().versions(SWIFT_SIGNER, SWIFT)).hasSize(2);
  }

  @Test
  void aKeyIsRenewedBeforeItsCertificateEnds() {
    PublicKeyVersion before = custodian().identity(SWIFT_SIGNER, SWIFT);
    clock.advance(Duration.ofDays(5 * 365 - 200));
    assertThat(custodian().identity(SWIFT_SIGNER, SWIFT).version()).isEqualTo(1);
    clock.advance(Duration.ofDays(60));
    PublicKeyVersion renewed = custodian().sign(SWIFT_SIGNER, SWIFT, List.of(item("b"))).key();
    assertThat(renewed.version()).isEqualTo(2);
    assertThat(chain(renewed).get(0).getNotAfter()).isAfter(chain(before).get(0).getNotAfter());
    assertThat(breaks(store, true)).isEmpty();
  }

  /** Root and intermediate are one object: there is never one without the other. */
  @Test
  void aMakerThatDiesLeavesBothOrNone() {
    FaultyStore dying = new FaultyStore(store);
    dying.failBefore(RECORD);
    assertThatThrownBy(() -> replica(dying, clock).custodian().identity(SWIFT_SIGNER, SWIFT))
        .isInstanceOf(Failure.Transient.class);
    assertThat(store.head(RECORD)).isEmpty();
    FaultyStore later = new FaultyStore(store);
    later.failBefore(KeysBucket.authorityChain(new Purpose("swift")));
    assertThatThrownBy(() -> replica(later, clock).custodian().identity(SWIFT_SIGNER, SWIFT))
        .isInstanceOf(Failure.Transient.class);
    AuthorityRecord left = read();
    assertThat(left.root()).isPresent();
    assertThat(custodian().identity(SWIFT_SIGNER, SWIFT).certificates().subList(1, 3))
        .isEqualTo(left.certificates());
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void oneKeyDoesNotOpenInPlaceOfTheOther() {
    custodian().identity(SWIFT_SIGNER, SWIFT);
    AuthorityRecord own = read();
    RootKey root = own.root().orElseThrow();
    write(own, root.wrappedDataKey(), root.encryptedPrivateKey(), own.root());
    assertUnusable();
    write(
        own,
        own.wrappedDataKey(),
        own.encryptedPrivateKey(),
        Optional.of(
            new RootKey(root.algorithm(), own.wrappedDataKey(), own.encryptedPrivateKey())));
    assertUnusable();
  }

  private AuthorityRecord read() {
    return Json.read(store.get(RECORD).orElseThrow().content(), AuthorityRecord.class);
  }

  private void write(AuthorityRecord base, Bytes dataKey, Bytes key, Optional<RootKey> root) {
    store.delete(RECORD);
    store.create(
        RECORD,
        Json.write(
            new AuthorityRecord(
                base.format(),
                base.purpose(),
                base.algorithm(),
                base.certificates(),
                base.createdAt(),
                base.rootId(),
                dataKey,
                key,
                root)));
  }

  private void assertUnusable() {
    KeyScope other = new KeyScope(RepositoryName.of("acme/other"), new Purpose("swift"));
    assertThatThrownBy(() -> custodian().identity(SWIFT_SIGNER, other))
        .isInstanceOfSatisfying(
            KeyServiceException.class,
            e -> assertThat(e.code()).isEqualTo(KeyServiceException.Code.RECORD_UNUSABLE));
  }

  // ---- imported authorities -------------------------------------------------------------------

  private static Issued ecRoot() {
    return Forge.authority("Root").keys(Forge.ec()).signature("SHA256withECDSA").selfSigned();
  }

  private static ImportedAuthority imported(Issued... chain) {
    return ImportedAuthority.pem(
        Fixtures.CURVES, Forge.pem(chain[0].keys()), Forge.pem(chain), START);
  }

  private static void assertRefused(String why, Issued... chain) {
    assertThatThrownBy(() -> imported(chain))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @Test
  void takesAnEcRootAndAnEcIntermediate() throws Exception {
    Issued root = ecRoot();
    assertThat(imported(root).authority().chain()).hasSize(1);
    Issued issuing =
        Forge.authority("Issuing")
            .keys(Forge.ec())
            .signature("SHA256withECDSA")
            .constraints(new BasicConstraints(0))
            .issuedBy(root);
    KeyService service =
        replica(store, clock, Optional.empty(), Optional.of(imported(issuing, root)));
    PublicKeyVersion key = service.custodian().identity(SWIFT_SIGNER, SWIFT);
    assertThat(key.certificates().subList(1, 3))
        .containsExactly(Forge.der(issuing), Forge.der(root));
    chain(key).get(0).verify(issuing.keys().getPublic());
    assertThat(store.head(RECORD)).isEmpty();
  }

  @Test
  void takesAnRsaRootToo() {
    Issued root = Forge.authority("Root").keys(Forge.rsa(2_048)).selfSigned();
    KeyService service = replica(store, clock, Optional.empty(), Optional.of(imported(root)));
    assertThat(service.custodian().identity(SWIFT_SIGNER, SWIFT).certificates()).hasSize(2);
  }

  @Test
  void takesAKeyInTheFormOfSec1() throws Exception {
    Issued root = ecRoot();
    byte[] sec1 =
        PrivateKeyInfo.getInstance(root.keys().getPrivate().getEncoded())
            .parsePrivateKey()
            .toASN1Primitive()
            .getEncoded();
    // The JDK leaves the curve out of this part, as PKCS#8 names it outside.
    assertThatThrownBy(
            () ->
                ImportedAuthority.pem(
                    Fixtures.CURVES, Forge.pem("EC PRIVATE KEY", sec1), Forge.pem(root), START))
        .isInstanceOf(IllegalArgumentException.class);
    var key = org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(sec1);
    byte[] named =
        new org.bouncycastle.asn1.sec.ECPrivateKey(
                256, key.getKey(), org.bouncycastle.asn1.sec.SECObjectIdentifiers.secp256r1)
            .getEncoded();
    assertThat(
            ImportedAuthority.pem(
                    Fixtures.CURVES, Forge.pem("EC PRIVATE KEY", named), Forge.pem(root), START)
                .authority()
                .chain())
        .hasSize(1);
  }

  @Test
  void refusesAnAuthorityThatClientsWouldNotUnderstand() {
    assertRefused("is not the certificate of an authority", noAuthority());
    assertRefused(
        "CN=Root has neither an EC key",
        Forge.authority("Root").keys(Forge.rsa(1_024)).selfSigned());
    Issued root = ecRoot();
    assertRefused(
        "CN=Issuing is signed with SHA1withECDSA",
        Forge.authority("Issuing").keys(Forge.ec()).signature("SHA1withECDSA").issuedBy(root),
        root);
    assertRefused(
        "CN=Root has critical extensions that clients do not know: [2.5.29.17]",
        Forge.authority("Root")
            .keys(Forge.ec())
            .signature("SHA256withECDSA")
            .criticalAlternativeName()
            .selfSigned());
  }

  private static Issued noAuthority() {
    return Forge.authority("Root")
        .keys(Forge.ec())
        .signature("SHA256withECDSA")
        .constraints(new BasicConstraints(false))
        .selfSigned();
  }
}
