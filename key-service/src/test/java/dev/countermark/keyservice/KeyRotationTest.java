package dev.countermark.keyservice;

import static dev.countermark.keyservice.Fixtures.NUGET;
import static dev.countermark.keyservice.Fixtures.NUGET_OPERATOR;
import static dev.countermark.keyservice.Fixtures.NUGET_SIGNER;
import static dev.countermark.keyservice.Fixtures.breaks;
import static dev.countermark.keyservice.Fixtures.item;
import static dev.countermark.keyservice.Fixtures.records;
import static dev.countermark.keyservice.Fixtures.replica;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.Failure;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keyservice.KeyServiceException.Code;
import dev.countermark.testkit.time.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** How keys with certificates follow each other, by an injected clock. */
class KeyRotationTest {
  private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");
  private static final Duration ANNOUNCED = Duration.ofHours(1);
  private static final Duration A_MOMENT = Duration.ofMillis(1);

  /** End of the first certificate. */
  private static final Instant END = Instant.parse("2028-11-24T12:00:00Z");

  private static final Instant RENEWAL = END.minus(Duration.ofDays(90));

  private final BlobStore store = new InMemoryBlobStore();
  private final HandSetClock clock = new HandSetClock(START);
  private final KeyCustodian custodian = replica(store, clock).custodian();

  private static int signer(KeyCustodian replica) {
    return replica.sign(NUGET_SIGNER, NUGET, List.of(item("a"))).key().version();
  }

  /** Without the spare, of which {@link SpareKeyTest} tells. */
  private List<PublicKeyVersion> versions() {
    return versions(custodian);
  }

  private static List<PublicKeyVersion> versions(KeyCustodian replica) {
    return replica.versions(NUGET_SIGNER, NUGET).stream().filter(v -> !v.spare()).toList();
  }

  @Test
  void announcesANewVersionBeforeItSigns() {
    PublicKeyVersion first = custodian.identity(NUGET_SIGNER, NUGET);
    KeyCustodian other = replica(store, clock).custodian();
    assertThat(signer(other)).isEqualTo(1);
    clock.advance(Duration.ofMinutes(5));

    PublicKeyVersion second = custodian.rotate(NUGET_OPERATOR, NUGET, false);
    assertThat(second.version()).isEqualTo(2);
    assertThat(second.current()).isFalse();
    assertThat(second.activeFrom()).contains(clock.instant().plus(ANNOUNCED));
    assertThat(versions()).containsExactly(first, second);
    assertThat(signer(custodian)).isEqualTo(1);
    assertThat(signer(other)).isEqualTo(1);

    clock.advance(ANNOUNCED.minus(A_MOMENT));
    assertThat(custodian.identity(NUGET_SIGNER, NUGET)).isEqualTo(first);
    assertThat(signer(other)).isEqualTo(1);
    clock.advance(A_MOMENT);
    assertThat(custodian.identity(NUGET_SIGNER, NUGET).version()).isEqualTo(2);
    assertThat(signer(custodian)).isEqualTo(2);
    assertThat(signer(other)).isEqualTo(2);
    assertThat(versions()).extracting(PublicKeyVersion::current).containsExactly(false, true);
    assertThat(versions())
        .extracting(PublicKeyVersion::certificates)
        .containsExactly(first.certificates(), second.certificates());
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void replacesACompromisedKeyAtOnce() {
    KeyCustodian other = replica(store, clock).custodian();
    assertThat(signer(other)).isEqualTo(1);
    PublicKeyVersion second = custodian.rotate(NUGET_OPERATOR, NUGET, true);
    assertThat(second.current()).isTrue();
    assertThat(second.activeFrom()).isEmpty();
    custodian.revoke(NUGET_OPERATOR, NUGET, 1);
    assertThat(signer(other)).isEqualTo(2);
    assertThat(versions().get(0).revokedAt()).contains(START);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void takesTheAnnouncedVersionBeforeItsTimeWhenTheKeyIsCompromised() {
    KeyCustodian other = replica(store, clock).custodian();
    custodian.rotate(NUGET_OPERATOR, NUGET, false);
    assertThat(signer(other)).isEqualTo(1);
    PublicKeyVersion second = custodian.rotate(NUGET_OPERATOR, NUGET, true);
    assertThat(second.version()).isEqualTo(2);
    assertThat(second.current()).isTrue();
    assertThat(second.activeFrom()).contains(START);
    assertThat(signer(custodian)).isEqualTo(2);
    assertThat(signer(other)).isEqualTo(2);
    clock.advance(ANNOUNCED);
    assertThat(signer(custodian)).isEqualTo(2);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void announcesNoSecondVersionWhileOneIsAnnounced() {
    PublicKeyVersion second = custodian.rotate(NUGET_OPERATOR, NUGET, false);
    clock.advance(ANNOUNCED.minus(A_MOMENT));
    assertThat(custodian.rotate(NUGET_OPERATOR, NUGET, false)).isEqualTo(second);
    assertThat(versions()).hasSize(2);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void replacesAtOnceEvenWhenSomebodyElseAnnouncesMeanwhile() {
    custodian.identity(NUGET_SIGNER, NUGET);
    // Whoever wants version 2 finds that another replica has just announced it.
    KeyCustodian overtaken =
        replica(
                new Interrupting(
                    store,
                    KeysBucket.version(NUGET, 2),
                    () -> custodian.rotate(NUGET_OPERATOR, NUGET, false)),
                clock)
            .custodian();
    PublicKeyVersion made = overtaken.rotate(NUGET_OPERATOR, NUGET, true);
    assertThat(made.version()).isEqualTo(2);
    assertThat(made.current()).isTrue();
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void takesTheVersionOfAnotherReplicaThatRotatedMeanwhile() {
    custodian.identity(NUGET_SIGNER, NUGET);
    KeyCustodian overtaken =
        replica(
                new Interrupting(
                    store,
                    KeysBucket.version(NUGET, 2),
                    () -> custodian.rotate(NUGET_OPERATOR, NUGET, false)),
                clock)
            .custodian();
    assertThat(overtaken.rotate(NUGET_OPERATOR, NUGET, false)).isEqualTo(versions().get(1));
    assertThat(versions()).hasSize(2);
  }

  @Test
  void neverSignsWithAnAnnouncedVersionThatWasRevoked() {
    KeyCustodian other = replica(store, clock).custodian();
    custodian.rotate(NUGET_OPERATOR, NUGET, false);
    assertThat(signer(other)).isEqualTo(1);
    custodian.revoke(NUGET_OPERATOR, NUGET, 2);
    clock.advance(ANNOUNCED);
    // The other replica remembers versions for an hour, but the chain tells it.
    assertThat(signer(other)).isEqualTo(1);
    assertThat(custodian.identity(NUGET_SIGNER, NUGET).version()).isEqualTo(1);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void revokesTheCurrentVersionOnlyOnceAnotherOneSigns() {
    custodian.rotate(NUGET_OPERATOR, NUGET, false);
    assertConflict(() -> custodian.revoke(NUGET_OPERATOR, NUGET, 1), "immediately=true");
    clock.advance(ANNOUNCED);
    assertThat(custodian.revoke(NUGET_OPERATOR, NUGET, 1).revokedAt()).isPresent();
    assertThat(signer(custodian)).isEqualTo(2);
  }

  @Test
  void signsNothingWhenEveryVersionIsRevoked() {
    custodian.identity(NUGET_SIGNER, NUGET);
    store.create(
        KeysBucket.revocation(NUGET, 1),
        dev.countermark.contracts.Json.write(new Revocation(START, "somebody")));
    KeyCustodian fresh = replica(store, clock).custodian();
    assertConflict(() -> signer(fresh), "is revoked");
    assertThat(breaks(store, true))
        .containsExactly("acme/tools/nuget: no record tells that version 1 is revoked");
  }

  @Test
  void signsNothingOnceAMarkOfRevocationIsTakenAway() {
    custodian.rotate(NUGET_OPERATOR, NUGET, false);
    custodian.revoke(NUGET_OPERATOR, NUGET, 2);
    store.delete(KeysBucket.revocation(NUGET, 2));
    clock.advance(ANNOUNCED);
    assertThatThrownBy(() -> signer(replica(store, clock).custodian()))
        .isInstanceOfSatisfying(
            KeyServiceException.class, e -> assertThat(e.code()).isEqualTo(Code.RECORD_UNUSABLE))
        .hasMessageContaining("1 revocations");
    assertThat(breaks(store, true))
        .containsExactly("acme/tools/nuget: the mark that version 2 is revoked is missing");
  }

  @Test
  void renewsAKeyWhoseCertificateEndsSoon() {
    PublicKeyVersion first = custodian.identity(NUGET_SIGNER, NUGET);
    clock.set(RENEWAL.minus(A_MOMENT));
    assertThat(signer(custodian)).isEqualTo(first.version());

    clock.set(RENEWAL);
    assertThat(signer(custodian)).isEqualTo(1);
    PublicKeyVersion second = versions().get(1);
    assertThat(second.activeFrom()).contains(RENEWAL.plus(ANNOUNCED));
    assertThat(second.current()).isFalse();
    clock.advance(ANNOUNCED);
    assertThat(signer(custodian)).isEqualTo(2);
    assertThat(versions()).hasSize(2);

    List<AuditRecord> chain = records(store, KeysBucket.chain(NUGET));
    AuditRecord renewal = chain.get(2);
    assertThat(renewal.caller()).isEqualTo("renewal");
    assertThat(renewal.entries()).hasSize(2);
    assertThat(renewal.entries().get(0))
        .isEqualTo(
            new AuditRecord.KeyCreated(
                2,
                second.fingerprint(),
                second.createdAt(),
                "renewal",
                Optional.of(RENEWAL.plus(ANNOUNCED))));
    assertThat(renewal.entries().get(1)).isInstanceOf(AuditRecord.CertificateIssued.class);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void renewsExactlyOnceHoweverManyReplicasAndThreadsNotice() throws Exception {
    List<KeyCustodian> replicas = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      replicas.add(replica(store, clock).custodian());
      replicas.get(i).identity(NUGET_SIGNER, NUGET);
    }
    clock.set(RENEWAL);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      CyclicBarrier start = new CyclicBarrier(8);
      List<Future<List<PublicKeyVersion>>> asked = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        KeyCustodian replica = replicas.get(i % 4);
        boolean signs = i < 4;
        asked.add(
            threads.submit(
                () -> {
                  start.await();
                  if (signs) {
                    assertThat(signer(replica)).isEqualTo(1);
                  }
                  return versions(replica);
                }));
      }
      for (Future<List<PublicKeyVersion>> each : asked) {
        assertThat(each.get()).hasSize(2);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(versions()).hasSize(2);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void tellsOfARenewalWhoseMakerDiedBeforeItCould() {
    custodian.identity(NUGET_SIGNER, NUGET);
    clock.set(RENEWAL);
    FaultyStore dying = new FaultyStore(store);
    dying.failBefore(KeysBucket.chain(NUGET));
    assertThatThrownBy(() -> signer(replica(dying, clock).custodian()))
        .isInstanceOf(Failure.Transient.class);
    assertThat(signer(replica(store, clock).custodian())).isEqualTo(1);
    assertThat(versions()).hasSize(2);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void renewsAtOnceWhatWasForgottenUntilItsCertificateEnded() {
    custodian.identity(NUGET_SIGNER, NUGET);
    clock.set(END.plus(Duration.ofDays(1)));
    assertThat(signer(custodian)).isEqualTo(2);
    assertThat(versions()).extracting(PublicKeyVersion::current).containsExactly(false, true);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void announcesNoLongerThanTheOldCertificateLasts() {
    custodian.identity(NUGET_SIGNER, NUGET);
    clock.set(END.minus(Duration.ofMinutes(10)));
    assertThat(signer(custodian)).isEqualTo(1);
    assertThat(versions().get(1).activeFrom()).contains(END);
    clock.set(END);
    assertThat(signer(custodian)).isEqualTo(2);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void renewsAgainWhenTheRenewedVersionWasRevoked() {
    custodian.identity(NUGET_SIGNER, NUGET);
    clock.set(RENEWAL);
    assertThat(versions()).hasSize(2);
    custodian.revoke(NUGET_OPERATOR, NUGET, 2);
    assertThat(versions()).hasSize(3);
    clock.advance(ANNOUNCED);
    assertThat(signer(custodian)).isEqualTo(3);
  }

  @Test
  void doesNotRenewWhatTheAuthorityCannotOutlastAndThenSignsNoMore() {
    Forge.Issued root =
        Forge.authority("Ending")
            .validity(START.minusSeconds(60), Duration.ofDays(60))
            .selfSigned();
    BlobStore other = new InMemoryBlobStore();
    KeyCustodian ending =
        replica(other, clock, Optional.of(Forge.imported(START, root))).custodian();
    assertThat(signer(ending)).isEqualTo(1);
    clock.advance(Duration.ofDays(59));
    assertThat(signer(ending)).isEqualTo(1);
    assertThat(versions(ending)).hasSize(1);
    clock.advance(Duration.ofDays(1));
    assertConflict(() -> signer(ending), "ended at");

    Forge.Issued next = Forge.authority("Next").selfSigned();
    KeyCustodian later =
        replica(other, clock, Optional.of(Forge.imported(clock.instant(), next))).custodian();
    assertThat(signer(later)).as("version 2 is a spare that ended").isEqualTo(3);
    assertThat(breaks(other, true)).isEmpty();
  }

  private static void assertConflict(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String why) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            KeyServiceException.class, e -> assertThat(e.code()).isEqualTo(Code.CONFLICT))
        .hasMessageContaining(why);
  }
}
