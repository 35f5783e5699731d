package dev.countermark.keyservice;

import static dev.countermark.keyservice.Fixtures.OPERATOR;
import static dev.countermark.keyservice.Fixtures.READER;
import static dev.countermark.keyservice.Fixtures.SCOPE;
import static dev.countermark.keyservice.Fixtures.SIGNER;
import static dev.countermark.keyservice.Fixtures.STRANGER;
import static dev.countermark.keyservice.Fixtures.breaks;
import static dev.countermark.keyservice.Fixtures.item;
import static dev.countermark.keyservice.Fixtures.records;
import static dev.countermark.keyservice.Fixtures.replica;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.Failure;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.SignedBatch;
import dev.countermark.keyservice.KeyServiceException.Code;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class KeyCustodianTest {
  private final FaultyStore store = new FaultyStore(new InMemoryBlobStore());

  private static String chain() {
    return KeysBucket.chain(SCOPE);
  }

  @Test
  void makesOneKeyWhenSixteenReplicasAskAtOnce() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(16);
    try {
      CyclicBarrier start = new CyclicBarrier(16);
      List<Future<SignedBatch>> asked = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        KeyCustodian custodian = replica(store).custodian();
        asked.add(
            pool.submit(
                () -> {
                  start.await();
                  return custodian.sign(SIGNER, SCOPE, List.of(item("a")));
                }));
      }
      Set<SignedBatch> seen = new HashSet<>();
      for (Future<SignedBatch> each : asked) {
        seen.add(each.get());
      }
      assertThat(seen).hasSize(1);
    } finally {
      pool.shutdownNow();
    }
    assertThat(breaks(store, true)).isEmpty();
    assertThat(records(store, chain())).hasSize(16);
  }

  @Test
  void writesOneObjectPerBatchAndReadsNothingOnceWarm() {
    KeyCustodian custodian = replica(store).custodian();
    custodian.sign(SIGNER, SCOPE, List.of(item("warm-up")));
    int writes = store.writes.get();
    int reads = store.reads.get();
    int lists = store.lists.get();
    custodian.sign(SIGNER, SCOPE, List.of(item("a"), item("b"), item("c")));
    assertThat(store.writes).hasValue(writes + 1);
    assertThat(store.reads).hasValue(reads);
    assertThat(store.lists).hasValue(lists);
  }

  @Test
  void accountsForEverySignatureInTheChain() {
    SignedBatch batch =
        replica(store).custodian().sign(SIGNER, SCOPE, List.of(item("a"), item("b")));
    List<AuditRecord> records = records(store, chain());
    assertThat(records).hasSize(1);
    AuditRecord record = records.get(0);
    assertThat(record.caller()).isEqualTo("signer-oci");
    assertThat(record.keyVersion()).isEqualTo(1);
    assertThat(record.previous()).isEqualTo(AuditSeal.NOTHING);
    assertThat(record.entries()).hasSize(3);
    assertThat(record.entries().get(0))
        .isEqualTo(
            new AuditRecord.KeyCreated(
                1,
                batch.key().fingerprint(),
                batch.key().createdAt(),
                "signer-oci",
                Optional.empty()));
    assertThat(record.entries().get(2))
        .isEqualTo(
            new AuditRecord.Signed(
                item("b").purl(),
                item("b").digest(),
                item("b").digest().substring("sha256:".length()),
                Hashes.sha256Hex(batch.signatures().get(1).toArray()),
                1,
                batch.key().fingerprint()));
  }

  @Test
  void announcesAKeyThatWasMadeByReading() {
    PublicKeyVersion key = replica(store).custodian().identity(READER, SCOPE);
    assertThat(records(store, chain()).get(0).entries())
        .containsExactly(
            new AuditRecord.KeyCreated(
                1, key.fingerprint(), key.createdAt(), "gateway", Optional.empty()));
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void neverSignsWithTheOldKeyOnceAnotherReplicaHasRotated() {
    KeyCustodian stale = replica(store).custodian();
    stale.sign(SIGNER, SCOPE, List.of(item("a")));
    PublicKeyVersion rotated = replica(store).custodian().rotate(OPERATOR, SCOPE, false);
    assertThat(rotated.version()).isEqualTo(2);
    SignedBatch batch = stale.sign(SIGNER, SCOPE, List.of(item("a")));
    assertThat(batch.key()).isEqualTo(rotated);
    assertThat(stale.identity(READER, SCOPE)).isEqualTo(rotated);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void keepsExactlyOneCurrentVersionWhenManyRotateAtOnce() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      CyclicBarrier start = new CyclicBarrier(8);
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        KeyCustodian custodian = replica(store).custodian();
        boolean rotates = i % 2 == 0;
        done.add(
            pool.submit(
                () -> {
                  start.await();
                  for (int n = 0; n < 10; n++) {
                    if (rotates) {
                      custodian.rotate(OPERATOR, SCOPE, false);
                    } else {
                      custodian.sign(SIGNER, SCOPE, List.of(item("text " + n)));
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> each : done) {
        each.get();
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(replica(store).custodian().versions(READER, SCOPE))
        .filteredOn(PublicKeyVersion::current)
        .hasSize(1);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void marksAnOldVersionAsRevokedForGood() {
    KeyCustodian custodian = replica(store).custodian();
    custodian.rotate(OPERATOR, SCOPE, false);
    PublicKeyVersion revoked = custodian.revoke(OPERATOR, SCOPE, 1);
    assertThat(revoked.revokedAt()).isPresent();
    assertThat(custodian.revoke(OPERATOR, SCOPE, 1).revokedAt()).isEqualTo(revoked.revokedAt());
    assertThat(replica(store).custodian().versions(READER, SCOPE))
        .extracting(PublicKeyVersion::revokedAt)
        .containsExactly(revoked.revokedAt(), java.util.Optional.empty());
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void revokesNeitherTheCurrentVersionNorOneThatIsNotThere() {
    KeyCustodian custodian = replica(store).custodian();
    assertRefused(() -> custodian.revoke(OPERATOR, SCOPE, 1), Code.CONFLICT);
    assertRefused(() -> custodian.revoke(OPERATOR, SCOPE, 2), Code.NOT_FOUND);
    assertRefused(() -> custodian.revoke(OPERATOR, SCOPE, 0), Code.NOT_FOUND);
  }

  @Test
  void refusesWhatTheCallerMayNotDoAndWritesItDown() {
    KeyService service = replica(store);
    KeyCustodian custodian = service.custodian();
    assertRefused(() -> custodian.sign(READER, SCOPE, List.of(item("a"))), Code.DENIED);
    assertRefused(() -> custodian.rotate(SIGNER, SCOPE, false), Code.DENIED);
    assertRefused(() -> custodian.revoke(SIGNER, SCOPE, 1), Code.DENIED);
    assertRefused(() -> custodian.versions(STRANGER, SCOPE), Code.DENIED);
    assertRefused(() -> custodian.identity(STRANGER, SCOPE), Code.DENIED);
    assertRefused(() -> custodian.sign(STRANGER, SCOPE, List.of(item("a"))), Code.DENIED);
    assertThat(records(store, chain())).isEmpty();
    assertThat(records(store, "keys/")).isEmpty();
    assertThat(service.denials().count()).isEqualTo(6);
    assertThat(service.auditRecords()).isZero();
    service.denials().flush();
    service.denials().flush();
    assertThat(service.auditRecords()).isEqualTo(1);
    List<AuditRecord> denials = records(store, KeysBucket.DENIALS);
    assertThat(denials).hasSize(1);
    assertThat(denials.get(0).entries())
        .contains(
            new AuditRecord.Denied(
                java.util.Optional.of("gateway"),
                java.util.Optional.of(SCOPE.repository()),
                "sign",
                "not this operation",
                1),
            new AuditRecord.Denied(
                java.util.Optional.of("signer-other"),
                java.util.Optional.of(SCOPE.repository()),
                "read",
                "not this purpose",
                2));
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void keepsRefusedCallsUntilTheyCanBeWritten() {
    KeyService service = replica(store);
    assertRefused(() -> service.custodian().rotate(SIGNER, SCOPE, false), Code.DENIED);
    store.failBefore(KeysBucket.DENIALS);
    assertThatThrownBy(() -> service.denials().flush()).isInstanceOf(Failure.Transient.class);
    service.denials().flush();
    assertThat(records(store, KeysBucket.DENIALS)).hasSize(1);
  }

  @Test
  void writesAFloodOfDifferentRefusalsAsOneBoundedRecord() {
    KeyService service = replica(store);
    for (int i = 0; i < 10_000; i++) {
      service
          .denials()
          .record(java.util.Optional.of("client-" + i), java.util.Optional.empty(), "sign", "no");
    }
    service.denials().flush();
    AuditRecord record = records(store, KeysBucket.DENIALS).get(0);
    assertThat(record.entries()).hasSizeLessThanOrEqualTo(257);
    assertThat(record.entries())
        .extracting(e -> ((AuditRecord.Denied) e).times())
        .satisfies(times -> assertThat(times.stream().mapToLong(t -> t).sum()).isEqualTo(10_000));
  }

  @Test
  void returnsNoSignatureThatIsNotInTheChain() {
    KeyCustodian custodian = replica(store).custodian();
    custodian.identity(READER, SCOPE);
    store.failBefore(KeysBucket.AUDIT);
    assertThatThrownBy(() -> custodian.sign(SIGNER, SCOPE, List.of(item("a"))))
        .isInstanceOf(Failure.Transient.class);
    assertThat(records(store, chain())).hasSize(1);
  }

  @Test
  void givesTheSameBytesWhenTheServiceDiedBetweenAuditRecordAndAnswer() {
    store.failAfter(KeysBucket.AUDIT);
    assertThatThrownBy(() -> replica(store).custodian().sign(SIGNER, SCOPE, List.of(item("a"))))
        .isInstanceOf(Failure.Transient.class);
    AuditRecord.Signed lost = (AuditRecord.Signed) records(store, chain()).get(0).entries().get(1);
    SignedBatch again = replica(store).custodian().sign(SIGNER, SCOPE, List.of(item("a")));
    assertThat(Hashes.sha256Hex(again.signatures().get(0).toArray())).isEqualTo(lost.signature());
    assertThat(records(store, chain())).hasSize(2);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void writesARecordOnceWhenTheStoreClientRepeatedItsOwnWrite() {
    KeyCustodian custodian = replica(store).custodian();
    store.retryAfter(KeysBucket.AUDIT);
    custodian.sign(SIGNER, SCOPE, List.of(item("a")));
    assertThat(records(store, chain())).hasSize(1);
  }

  @Test
  void announcesAKeyWhoseMakerDiedBeforeItCould() {
    store.failBefore(KeysBucket.AUDIT);
    assertThatThrownBy(() -> replica(store).custodian().identity(READER, SCOPE))
        .isInstanceOf(Failure.Transient.class);
    assertThat(breaks(store, false)).hasSize(1);
    replica(store).custodian().sign(SIGNER, SCOPE, List.of(item("a")));
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void signsNothingWhileAKeyRecordIsMissing() {
    replica(store).custodian().rotate(OPERATOR, SCOPE, false);
    store.delete(KeysBucket.version(SCOPE, 1));
    assertRefused(
        () -> replica(store).custodian().sign(SIGNER, SCOPE, List.of(item("a"))),
        Code.RECORD_UNUSABLE);
  }

  @Test
  void makesNoNewKeyWhenTheBucketLostThemAll() {
    replica(store).custodian().sign(SIGNER, SCOPE, List.of(item("a")));
    store.delete(KeysBucket.version(SCOPE, 1));
    assertThatThrownBy(() -> replica(store).custodian().identity(READER, SCOPE))
        .isInstanceOf(KeyServiceException.class);
  }

  @Test
  void ignoresHalfWrittenFilesOfTheStore() {
    KeyCustodian custodian = replica(store).custodian();
    PublicKeyVersion key = custodian.identity(READER, SCOPE);
    store.create(KeysBucket.version(SCOPE, 1) + "-4711", new byte[] {1});
    store.create(chain() + "000000000001.jsonl-4711", new byte[] {1});
    assertThat(replica(store).custodian().versions(READER, SCOPE)).containsExactly(key);
    assertThat(breaks(store, false)).isEmpty();
  }

  private static void assertRefused(ThrowingCallable call, Code code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            KeyServiceException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
