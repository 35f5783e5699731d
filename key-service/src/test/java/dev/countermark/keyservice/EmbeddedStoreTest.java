package dev.countermark.keyservice;

import static dev.countermark.keyservice.Fixtures.NUGET;
import static dev.countermark.keyservice.Fixtures.NUGET_SIGNER;
import static dev.countermark.keyservice.Fixtures.OPERATOR;
import static dev.countermark.keyservice.Fixtures.READER;
import static dev.countermark.keyservice.Fixtures.SCOPE;
import static dev.countermark.keyservice.Fixtures.SIGNER;
import static dev.countermark.keyservice.Fixtures.breaks;
import static dev.countermark.keyservice.Fixtures.item;
import static dev.countermark.keyservice.Fixtures.records;
import static dev.countermark.keyservice.Fixtures.replica;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.blobs.S3Settings;
import dev.countermark.contracts.Failure;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyClient.SignedBatch;
import dev.countermark.testkit.servers.EmbeddedStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The key service over the real store, whose process is killed in between. */
class EmbeddedStoreTest {
  private EmbeddedStore server;
  private S3BlobStore s3;

  @BeforeEach
  void start() {
    server = EmbeddedStore.start();
    s3 = connect();
  }

  @AfterEach
  void stop() {
    s3.close();
    server.close();
  }

  private S3BlobStore connect() {
    return S3BlobStore.open(
        new S3Settings(
            server.endpoint(),
            EmbeddedStore.REGION,
            EmbeddedStore.KEYS_BUCKET,
            EmbeddedStore.KEYS_ACCESS_KEY,
            EmbeddedStore.KEYS_SECRET_KEY));
  }

  @Test
  void makesOneKeyAndOneChainWhenReplicasRace() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    Set<PublicKeyVersion> seen = new HashSet<>();
    try {
      CyclicBarrier start = new CyclicBarrier(8);
      List<Future<SignedBatch>> asked = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        KeyCustodian custodian = replica(s3).custodian();
        asked.add(
            pool.submit(
                () -> {
                  start.await();
                  SignedBatch last = null;
                  for (int n = 0; n < 10; n++) {
                    last = custodian.sign(SIGNER, SCOPE, List.of(item("text " + n)));
                  }
                  return last;
                }));
      }
      for (Future<SignedBatch> each : asked) {
        seen.add(each.get().key());
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(seen).hasSize(1);
    assertThat(records(s3, KeysBucket.chain(SCOPE))).hasSize(80);
    assertThat(breaks(s3, true)).isEmpty();
  }

  @Test
  void makesOneRootAndOneKeyOfNugetWhenReplicasRace() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    Set<PublicKeyVersion> seen = new HashSet<>();
    try {
      CyclicBarrier start = new CyclicBarrier(4);
      List<Future<SignedBatch>> asked = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        KeyCustodian custodian = replica(s3).custodian();
        asked.add(
            pool.submit(
                () -> {
                  start.await();
                  return custodian.sign(NUGET_SIGNER, NUGET, List.of(item("a")));
                }));
      }
      for (Future<SignedBatch> each : asked) {
        seen.add(each.get().key());
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(seen).hasSize(1);
    assertThat(records(s3, KeysBucket.authorityChain(new Purpose("nuget")))).hasSize(1);
    assertThat(breaks(s3, true)).isEmpty();
  }

  @Test
  void goesOnAfterAKillBetweenAuditRecordAndAnswer() {
    KeyCustodian first = replica(s3).custodian();
    first.rotate(OPERATOR, SCOPE, false);
    FaultyStore faulty = new FaultyStore(s3);
    KeyCustodian dying = replica(faulty).custodian();
    faulty.failAfter(KeysBucket.AUDIT);
    assertThatThrownBy(() -> dying.sign(SIGNER, SCOPE, List.of(item("a"), item("b"))))
        .isInstanceOf(Failure.Transient.class);
    server.kill();
    assertThatThrownBy(() -> first.sign(SIGNER, SCOPE, List.of(item("a"))))
        .isInstanceOf(Failure.Transient.class);
    server.restart();

    try (S3BlobStore again = connect()) {
      List<AuditRecord.Entry> unanswered = lastEntries(again);
      SignedBatch redelivered =
          replica(again).custodian().sign(SIGNER, SCOPE, List.of(item("a"), item("b")));
      assertThat(redelivered.key().version()).isEqualTo(2);
      assertThat(lastEntries(again)).isEqualTo(unanswered);
      // The replica that lived through it has not lost its thread either.
      assertThat(first.sign(SIGNER, SCOPE, List.of(item("a"), item("b")))).isEqualTo(redelivered);
      assertThat(replica(again).custodian().versions(READER, SCOPE)).hasSize(2);
      assertThat(breaks(again, true)).isEmpty();
    }
  }

  private static List<AuditRecord.Entry> lastEntries(BlobStore store) {
    List<AuditRecord> records = records(store, KeysBucket.chain(SCOPE));
    return records.get(records.size() - 1).entries();
  }
}
