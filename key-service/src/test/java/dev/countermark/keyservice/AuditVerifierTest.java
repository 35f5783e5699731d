package dev.countermark.keyservice;

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
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keyservice.KeyServiceException.Code;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AuditVerifierTest {
  private static final KeyScope OTHER =
      new KeyScope(new RepositoryName("acme", "other"), Purpose.OCI);

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
                foreign, OTHER, 1, java.time.Instant.EPOCH, "x", KeyEnvelope.Terms.NONE)));
    assertThat(breaks(store, false))
        .anyMatch(b -> b.startsWith("acme/other/oci: record 1 names a key version 1"));
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
                b -> {},
                chain -> {
                  assertThat(chain.name()).isEqualTo("acme/other/oci");
                  assertThat(chain.length()).isEqualTo(4);
                  assertThat(chain.signatures()).isEqualTo(4);
                });
    assertThat(breaks).isZero();
  }

  @Test
  void makesTheServiceRefuseToSignOntoAChainThatDoesNotFollow() {
    write(key(10), text(key(9)));
    assertThatThrownBy(() -> replica(store).custodian().sign(SIGNER, SCOPE, List.of(item("z"))))
        .isInstanceOfSatisfying(
            KeyServiceException.class, e -> assertThat(e.code()).isEqualTo(Code.AUDIT_BROKEN));
  }
}
