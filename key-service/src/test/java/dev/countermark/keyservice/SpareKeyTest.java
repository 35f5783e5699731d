package dev.countermark.keyservice;

import static dev.countermark.keyservice.Fixtures.NUGET;
import static dev.countermark.keyservice.Fixtures.NUGET_OPERATOR;
import static dev.countermark.keyservice.Fixtures.NUGET_SIGNER;
import static dev.countermark.keyservice.Fixtures.SWIFT;
import static dev.countermark.keyservice.Fixtures.SWIFT_SIGNER;
import static dev.countermark.keyservice.Fixtures.breaks;
import static dev.countermark.keyservice.Fixtures.item;
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

/**
 * The version that is kept for a rotation that cannot wait: whoever remembers a list of
 * certificates, however old, knows the one that signs next.
 */
class SpareKeyTest {
  private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");
  private static final Duration ANNOUNCED = Duration.ofHours(1);
  private static final Instant END = Instant.parse("2028-11-24T12:00:00Z");
  private static final Instant RENEWAL = END.minus(Duration.ofDays(90));

  private final BlobStore store = new InMemoryBlobStore();
  private final HandSetClock clock = new HandSetClock(START);
  private final KeyCustodian custodian = replica(store, clock).custodian();

  private static int signer(KeyCustodian replica) {
    return replica.sign(NUGET_SIGNER, NUGET, List.of(item("a"))).key().version();
  }

  private static List<PublicKeyVersion> versions(KeyCustodian replica) {
    return replica.versions(NUGET_SIGNER, NUGET);
  }

  private static PublicKeyVersion spare(KeyCustodian replica) {
    List<PublicKeyVersion> spares =
        versions(replica).stream().filter(PublicKeyVersion::spare).toList();
    assertThat(spares).hasSize(1);
    return spares.get(0);
  }

  @Test
  void isInEveryListAndSignsNothing() {
    assertThat(signer(custodian)).isEqualTo(1);
    PublicKeyVersion spare = spare(custodian);
    assertThat(spare.version()).isEqualTo(2);
    assertThat(spare.current()).isFalse();
    assertThat(spare.activeFrom()).isEmpty();
    assertThat(spare.certificates()).hasSize(2);
    clock.advance(Duration.ofDays(600));
    assertThat(signer(custodian)).isEqualTo(1);
    assertThat(custodian.identity(NUGET_SIGNER, NUGET).version()).isEqualTo(1);
    assertThat(spare(replica(store, clock).custodian())).isEqualTo(spare);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void signsAtOnceWhenTheCurrentOneIsCompromised() {
    KeyCustodian other = replica(store, clock).custodian();
    PublicKeyVersion spare = spare(custodian);
    assertThat(signer(other)).isEqualTo(1);
    clock.advance(Duration.ofDays(3));

    PublicKeyVersion next = custodian.rotate(NUGET_OPERATOR, NUGET, true);

    assertThat(next.fingerprint()).isEqualTo(spare.fingerprint());
    assertThat(next.certificates()).isEqualTo(spare.certificates());
    assertThat(next.current()).isTrue();
    assertThat(next.spare()).isFalse();
    assertThat(next.activeFrom()).contains(clock.instant());
    // The other replica remembers its list for an hour, but the chain tells it.
    assertThat(signer(other)).isEqualTo(2);
    assertThat(custodian.revoke(NUGET_OPERATOR, NUGET, 1).revokedAt()).contains(clock.instant());
    assertThat(spare(custodian).version()).isEqualTo(3);
    assertThat(signer(custodian)).isEqualTo(2);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void isTakenByEveryRotationAndFollowedByAnother() {
    for (int version = 2; version < 5; version++) {
      PublicKeyVersion spare = spare(custodian);
      assertThat(spare.version()).isEqualTo(version);
      clock.advance(ANNOUNCED);
      PublicKeyVersion next = custodian.rotate(NUGET_OPERATOR, NUGET, version % 2 == 0);
      assertThat(next.certificates()).isEqualTo(spare.certificates());
      assertThat(next.current()).as("it was announced long enough").isTrue();
      assertThat(signer(custodian)).isEqualTo(version);
    }
    assertThat(versions(custodian))
        .extracting(PublicKeyVersion::version)
        .containsExactly(1, 2, 3, 4, 5);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void waitsInAPlannedRotationUntilEveryListHasIt() {
    custodian.identity(NUGET_SIGNER, NUGET);
    clock.advance(Duration.ofDays(1));
    Instant announced = clock.instant();
    PublicKeyVersion spare = spare(custodian);
    clock.advance(Duration.ofMinutes(10));

    PublicKeyVersion next = custodian.rotate(NUGET_OPERATOR, NUGET, false);

    assertThat(next.certificates()).isEqualTo(spare.certificates());
    assertThat(next.current()).isFalse();
    assertThat(next.activeFrom()).contains(announced.plus(ANNOUNCED));
    assertThat(signer(custodian)).isEqualTo(1);
    assertThat(spare(custodian).version()).isEqualTo(3);
    clock.set(announced.plus(ANNOUNCED));
    assertThat(signer(custodian)).isEqualTo(2);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void isAnotherOneOnceItIsRevoked() {
    PublicKeyVersion first = spare(custodian);
    assertThat(custodian.revoke(NUGET_OPERATOR, NUGET, first.version()).revokedAt()).isPresent();
    assertThat(spare(custodian).version()).isEqualTo(3);
    assertThat(custodian.rotate(NUGET_OPERATOR, NUGET, true).version()).isEqualTo(3);
    assertThat(signer(custodian)).isEqualTo(3);
    assertThat(versions(custodian).get(1).revokedAt()).isPresent();
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void isMadeAheadOfTheEndOfItsCertificateAndKnownWhenItIsNeeded() {
    PublicKeyVersion first = spare(custodian);
    clock.set(RENEWAL.minus(ANNOUNCED));
    assertThat(versions(custodian))
        .filteredOn(PublicKeyVersion::spare)
        .extracting(PublicKeyVersion::version)
        .containsExactly(2, 3);
    assertThat(custodian.rotate(NUGET_OPERATOR, NUGET, true).certificates())
        .as("the one that everybody knows")
        .isEqualTo(first.certificates());
    clock.advance(ANNOUNCED);
    assertThat(signer(custodian)).as("renewed").isEqualTo(3);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void isPassedOverWhenItsCertificateEndsWithTheCurrentOne() {
    spare(custodian);
    clock.set(RENEWAL);
    assertThat(signer(custodian)).isEqualTo(1);
    clock.advance(ANNOUNCED);
    assertThat(signer(custodian)).isEqualTo(3);
    assertThat(versions(custodian)).extracting(PublicKeyVersion::version).containsExactly(1, 3, 4);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void isNotThatOfAnAuthorityThatWasReplaced() {
    spare(custodian);
    Forge.Issued root = Forge.authority("Corporate Root").selfSigned();
    KeyCustodian later =
        replica(store, clock, Optional.of(Forge.imported(START, root))).custodian();

    PublicKeyVersion next = later.rotate(NUGET_OPERATOR, NUGET, true);

    assertThat(next.version()).isEqualTo(3);
    assertThat(next.certificates().get(1)).isEqualTo(Forge.der(root));
    assertThat(spare(later).certificates().get(1)).isEqualTo(Forge.der(root));
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void isThereOnlyWhereClientsRememberCertificates() {
    KeyService service = replica(store, clock);
    assertThat(service.custodian().versions(SWIFT_SIGNER, SWIFT)).hasSize(1);
    assertThat(service.custodian().versions(Fixtures.SIGNER, Fixtures.SCOPE)).hasSize(1);
  }

  @Test
  void isMadeExactlyOnceHoweverManyAsk() throws Exception {
    List<KeyCustodian> replicas = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      replicas.add(replica(store, clock).custodian());
    }
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      CyclicBarrier start = new CyclicBarrier(8);
      List<Future<PublicKeyVersion>> asked = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        KeyCustodian replica = replicas.get(i % 4);
        asked.add(
            threads.submit(
                () -> {
                  start.await();
                  return spare(replica);
                }));
      }
      for (Future<PublicKeyVersion> each : asked) {
        assertThat(each.get().version()).isEqualTo(2);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void signsOnceWhenTwoReplicasRotateAtTheSameTime() {
    spare(custodian);
    KeyCustodian overtaken =
        replica(
                new Interrupting(
                    store,
                    KeysBucket.promotion(NUGET, 1),
                    () -> custodian.rotate(NUGET_OPERATOR, NUGET, true)),
                clock)
            .custodian();
    assertThat(overtaken.rotate(NUGET_OPERATOR, NUGET, true).version()).isEqualTo(2);
    assertThat(signer(overtaken)).isEqualTo(2);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void isToldOfWhenWhoeverPromotedItDied() {
    spare(custodian);
    FaultyStore dying = new FaultyStore(store);
    dying.failBefore(KeysBucket.chain(NUGET));
    assertThatThrownBy(() -> replica(dying, clock).custodian().rotate(NUGET_OPERATOR, NUGET, true))
        .isInstanceOf(Failure.Transient.class);
    assertThat(breaks(store, true)).singleElement().asString().contains("version 2 was promoted");
    assertThat(signer(replica(store, clock).custodian())).isEqualTo(2);
    assertThat(breaks(store, true)).isEmpty();
  }

  @Test
  void signsNothingOnceTheMarkOfItsPromotionIsTakenAway() {
    spare(custodian);
    custodian.rotate(NUGET_OPERATOR, NUGET, true);
    store.delete(KeysBucket.promotion(NUGET, 1));
    assertThatThrownBy(() -> signer(replica(store, clock).custodian()))
        .isInstanceOfSatisfying(
            KeyServiceException.class, e -> assertThat(e.code()).isEqualTo(Code.RECORD_UNUSABLE))
        .hasMessageContaining("1 promotions");
    assertThat(breaks(store, true))
        .contains("acme/tools/nuget: the mark that version 2 was promoted is missing");
  }
}
