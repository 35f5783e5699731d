package dev.countermark.keyservice;

import static dev.countermark.keyservice.Fixtures.NUGET;
import static dev.countermark.keyservice.Fixtures.NUGET_OPERATOR;
import static dev.countermark.keyservice.Fixtures.NUGET_SIGNER;
import static dev.countermark.keyservice.Fixtures.OPERATOR;
import static dev.countermark.keyservice.Fixtures.SCOPE;
import static dev.countermark.keyservice.Fixtures.SIGNER;
import static dev.countermark.keyservice.Fixtures.breaks;
import static dev.countermark.keyservice.Fixtures.item;
import static dev.countermark.keyservice.Fixtures.replica;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keyservice.KeyServiceException.Code;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AuditVerifierTest {
  private static final KeyScope OTHER =
      new KeyScope(new RepositoryName("acme", "other"), new Purpose("oci"));

  private final InMemoryBlobStore store = new InMemoryBlobStore();

  @BeforeEach
  void signSomething() {
    KeyCustodian custodian = replica(store).custodian();
    for (int i = 0; i < 5; i++) {
      custodian.sign(SIGNER, SCOPE, List.of(item("a" + i), item("b" + i)));
    }
    custodian.rotate(OPERATOR, SCOPE, false);
    for (int i = 0; i < 4; i++) {
      custodian.sign(SIGNER, SCOPE, List.of(item("c" + i)));
      custodian.sign(SIGNER, OTHER, List.of(item("c" + i)));
    }
  }

  private static String key(long sequence) {
    return KeysBucket.audit(KeysBucket.chain(SCOPE), sequence);
  }

  private String text(String key) {
    return new String(store.get(key).orElseThrow().content(), StandardCharsets.UTF_8);
  }

  private void write(String key, String text) {
    store.delete(key);
    store.create(key, text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void findsNothingWrongWithWhatTheServiceWrote() {
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void linksEachRecordToTheHashOfThePreviousFirstLine() {
    String first = text(key(1));
    String line = first.substring(0, first.indexOf('\n'));
    assertThat(text(key(2)))
        .contains(
            "\"previous\":\"" + Hashes.sha256Hex(line.getBytes(StandardCharsets.UTF_8)) + "\"");
  }

  @Test
  void findsAMissingRecord() {
    store.delete(key(4));
    assertThat(breaks(store, false)).anyMatch(b -> b.equals("acme/tools/oci: record 4 is missing"));
  }

  @Test
  void findsSeveralMissingRecords() {
    store.delete(key(1));
    store.delete(key(2));
    assertThat(breaks(store, false)).anyMatch(b -> b.contains("records 1 to 2 are missing"));
  }

  @Test
  void findsAnAlteredSignatureInAnyRecordTheLastIncluded() {
    for (long sequence : new long[] {3, 10}) {
      String original = text(key(sequence));
      int at = original.indexOf("\"signature\":\"") + "\"signature\":\"".length();
      char other = original.charAt(at) == '0' ? '1' : '0';
      write(key(sequence), original.substring(0, at) + other + original.substring(at + 1));
      assertThat(breaks(store, false))
          .anyMatch(b -> b.contains("record " + sequence + " was altered"));
      write(key(sequence), original);
    }
    assertThat(breaks(store, false)).isEmpty();
  }

  @Test
  void findsAChainThatWasWrittenAnewWithoutTheRootSecret() {
    AuditSeal forger = new AuditSeal(Fixtures.root(9));
    AuditRecord last = Fixtures.records(store, KeysBucket.chain(SCOPE)).get(9);
    write(key(10), new String(forger.seal(last), StandardCharsets.UTF_8));
    assertThat(breaks(store, false)).anyMatch(b -> b.contains("record 10 was altered"));
  }

  @Test
  void findsASignatureThatTheKeyDidNotMakeWhenItMakesThemAgain() {
    AuditSeal insider = new AuditSeal(Fixtures.root(1));
    AuditRecord last = Fixtures.records(store, KeysBucket.chain(SCOPE)).get(9);
    AuditRecord.Signed signed = (AuditRecord.Signed) last.entries().get(0);
    AuditRecord.Signed forged =
        new AuditRecord.Signed(
            signed.purl(),
            signed.digest(),
            "00".repeat(32),
            signed.signature(),
            signed.keyVersion(),
            signed.fingerprint());
    AuditRecord changed =
        new AuditRecord(
            last.format(),
            last.chain(),
            last.sequence(),
            last.previous(),
            last.keyVersion(),
            last.revocations(),
            last.promotions(),
            last.at(),
            last.caller(),
            List.of(forged));
    write(key(10), new String(insider.seal(changed), StandardCharsets.UTF_8));
    assertThat(breaks(store, false)).isEmpty();
    assertThat(breaks(store, true)).hasSize(1).first().asString().contains("record 10");
  }

  @Test
  void findsRecordsThatChangedPlaces() {
    String third = text(key(3));
    String fourth = text(key(4));
    write(key(3), fourth);
    write(key(4), third);
    assertThat(breaks(store, false)).anyMatch(b -> b.contains("record 3 was moved here"));
  }

  @Test
  void findsARecordOfAnotherChain() {
    write(key(1), text(KeysBucket.audit(KeysBucket.chain(OTHER), 1)));
    assertThat(breaks(store, false)).anyMatch(b -> b.contains("moved here from acme/other/oci"));
  }

  @Test
  void findsAChainThatIsGoneAltogether() {
    for (int i = 1; i <= 4; i++) {
      store.delete(KeysBucket.audit(KeysBucket.chain(OTHER), i));
    }
    assertThat(breaks(store, false))
        .hasSize(1)
        .first()
        .asString()
        .contains("acme/other/oci: the chain ends before the key's version 1");
  }

  @Test
  void findsAKeyThatWasReplaced() {
    store.delete(KeysBucket.version(OTHER, 1));
    KeyEnvelope envelope = new KeyEnvelope(Fixtures.root(1), new java.security.SecureRandom());
    EcdsaKey foreign = EcdsaKey.generate(new java.security.SecureRandom());
    store.create(
        KeysBucket.version(OTHER, 1),
        dev.countermark.contracts.Json.write(
            envelope.seal(
                foreign,
                OTHER,
                1,
                new KeyEnvelope.Origin(java.time.Instant.EPOCH, "x"),
                KeyEnvelope.Terms.NONE)));
    assertThat(breaks(store, false))
        .anyMatch(b -> b.startsWith("acme/other/oci: record 1 names a key version 1"));
  }

  private void signForNuget() {
    KeyCustodian custodian = replica(store).custodian();
    custodian.sign(NUGET_SIGNER, NUGET, List.of(item("a"), item("b")));
    custodian.rotate(NUGET_OPERATOR, NUGET, true);
    custodian.sign(NUGET_SIGNER, NUGET, List.of(item("c")));
  }

  /** Puts a changed entry into a record, sealed as the service itself seals. */
  private void forge(String chain, int number, AuditRecord.Entry entry, AuditRecord.Entry instead) {
    AuditRecord record = Fixtures.records(store, chain).get(number - 1);
    List<AuditRecord.Entry> entries = new ArrayList<>(record.entries());
    assertThat(entries).contains(entry);
    entries.set(entries.indexOf(entry), instead);
    AuditRecord changed =
        new AuditRecord(
            record.format(),
            record.chain(),
            record.sequence(),
            record.previous(),
            record.keyVersion(),
            record.revocations(),
            record.promotions(),
            record.at(),
            record.caller(),
            entries);
    write(
        KeysBucket.audit(chain, number),
        new String(new AuditSeal(Fixtures.root(1)).seal(changed), StandardCharsets.UTF_8));
  }

  @Test
  void findsNothingWrongWithNugetKeys() {
    signForNuget();
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void findsARsaSignatureThatTheKeyDidNotMakeWhenItMakesThemAgain() {
    signForNuget();
    String chain = KeysBucket.chain(NUGET);
    AuditRecord.Signed last =
        (AuditRecord.Signed) Fixtures.records(store, chain).get(2).entries().get(0);
    forge(
        chain,
        3,
        last,
        new AuditRecord.Signed(
            last.purl(),
            last.digest(),
            last.hash(),
            "00".repeat(32),
            last.keyVersion(),
            last.fingerprint()));
    assertThat(breaks(store, false)).isEmpty();
    assertThat(breaks(store, true))
        .hasSize(1)
        .first()
        .asString()
        .startsWith("acme/tools/nuget: record 3 has a signature of");
  }

  @Test
  void findsACertificateThatTheChainDoesNotTellOf() {
    signForNuget();
    String chain = KeysBucket.chain(NUGET);
    AuditRecord.CertificateIssued issued =
        (AuditRecord.CertificateIssued) Fixtures.records(store, chain).get(1).entries().get(1);
    forge(
        chain,
        2,
        issued,
        new AuditRecord.CertificateIssued(
            2,
            issued.fingerprint(),
            "1",
            issued.subject(),
            issued.issuer(),
            issued.notBefore(),
            issued.notAfter()));
    assertThat(breaks(store, false))
        .anyMatch(b -> b.contains("record 2 names a certificate of version 2"));
    forge(
        chain,
        2,
        Fixtures.records(store, chain).get(1).entries().get(1),
        new AuditRecord.Denied(Optional.empty(), Optional.empty(), "", "", 1));
    assertThat(breaks(store, false))
        .anyMatch(b -> b.contains("no record tells of the certificate of version 2"));
  }

  @Test
  void findsASignatureByAVersionThatWasRevokedOrOnlyAnnounced() {
    signForNuget();
    KeyCustodian custodian = replica(store).custodian();
    custodian.revoke(NUGET_OPERATOR, NUGET, 1);
    custodian.rotate(NUGET_OPERATOR, NUGET, false);
    custodian.sign(NUGET_SIGNER, NUGET, List.of(item("d")));
    assertThat(breaks(store, true)).isEmpty();

    String chain = KeysBucket.chain(NUGET);
    List<PublicKeyVersion> versions = custodian.versions(NUGET_SIGNER, NUGET);
    AuditRecord.Signed last =
        (AuditRecord.Signed) Fixtures.records(store, chain).get(5).entries().get(0);
    forge(chain, 6, last, by(last, versions.get(0)));
    assertThat(breaks(store, false))
        .anyMatch(b -> b.contains("record 6 has a signature by version 1, which was revoked"));
    forge(chain, 6, by(last, versions.get(0)), by(last, versions.get(2)));
    assertThat(breaks(store, false))
        .anyMatch(b -> b.contains("record 6 has a signature by version 3, which was not the"));
  }

  private static AuditRecord.Signed by(AuditRecord.Signed signed, PublicKeyVersion key) {
    return new AuditRecord.Signed(
        signed.purl(),
        signed.digest(),
        signed.hash(),
        signed.signature(),
        key.version(),
        key.fingerprint());
  }

  @Test
  void findsARootThatWasReplaced() {
    signForNuget();
    String root = KeysBucket.authority(new Purpose("nuget"));
    InMemoryBlobStore other = new InMemoryBlobStore();
    replica(other).custodian().identity(NUGET_SIGNER, NUGET);
    store.delete(root);
    store.create(root, other.get(root).orElseThrow().content());
    assertThat(breaks(store, false))
        .anyMatch(b -> b.startsWith("authorities/nuget: record 1 names a key version 1"))
        .anyMatch(b -> b.startsWith("authorities/nuget: record 1 names a certificate"));
  }

  @Test
  void looksAtOneRepositoryWhenAsked() {
    store.delete(key(4));
    long breaks =
        replica(store)
            .verifier()
            .verify(
                Optional.of(OTHER.repository()),
                true,
                Fixtures.report(
                    b -> {},
                    chain -> {
                      assertThat(chain.name()).isEqualTo("acme/other/oci");
                      assertThat(chain.length()).isEqualTo(4);
                      assertThat(chain.signatures()).isEqualTo(4);
                    }));
    assertThat(breaks).isZero();
  }

  @Test
  void makesTheServiceRefuseToSignOntoAChainThatDoesNotFollow() {
    write(key(10), text(key(9)));
    KeyService service = replica(store);
    assertThatThrownBy(() -> service.custodian().sign(SIGNER, SCOPE, List.of(item("z"))))
        .isInstanceOfSatisfying(
            KeyServiceException.class, e -> assertThat(e.code()).isEqualTo(Code.AUDIT_BROKEN));
    assertThat(service.auditBreaks()).isEqualTo(1);
    assertThat(service.auditRecords()).isZero();
  }
}
