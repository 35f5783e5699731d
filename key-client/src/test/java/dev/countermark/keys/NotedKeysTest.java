package dev.countermark.keys;

import static dev.countermark.keys.KeyClientContract.NUGET;
import static dev.countermark.keys.KeyClientContract.OCI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.Purpose;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Key services that have, and have not, what is noted. */
class NotedKeysTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final Instant NOW = Instant.parse("2027-01-31T12:00:00Z");

  private final BlobStore packages = new InMemoryBlobStore();
  private final InMemoryKeyClient service = TestTerms.inMemory();

  /** As any other client. */
  @Nested
  class Contract extends KeyClientContract {
    @Override
    protected KeyClient client() {
      return noted(service, NOW);
    }

    @Override
    protected void rotate(RepositoryName repository, Purpose purpose) {
      service.rotate(repository, purpose);
    }
  }

  private KeyClient noted(KeyClient keys, Instant now) {
    return new NotedKeys(keys, packages, Clock.fixed(now, ZoneOffset.UTC));
  }

  private static void sign(KeyClient keys, Purpose purpose) {
    assertThat(
            keys.sign(
                    REPOSITORY,
                    purpose,
                    List.of(new Item("pkg:oci/app", "sha256:00", Bytes.of(new byte[32]))))
                .signatures())
        .hasSize(1);
  }

  private static void assertLost(ThrowingCallable call) {
    assertObstacle(Obstacle.KEY_LOST, call);
  }

  private static void assertObstacle(Obstacle obstacle, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Failure.Transient.class, e -> assertThat(e.obstacle()).isEqualTo(obstacle));
  }

  private KeyNote note(Purpose purpose) {
    return new Records(packages)
        .read(ObjectKeys.knownKey(REPOSITORY, purpose.label()), KeyNote.class)
        .orElseThrow();
  }

  @Test
  void aKeyIsNotedBeforeItSigns() {
    sign(noted(service, NOW), OCI);

    assertThat(note(OCI))
        .isEqualTo(new KeyNote(1, 1, service.current(REPOSITORY, OCI).fingerprint(), NOW));
  }

  @Test
  void anotherKeyOfTheSameVersionIsNeitherUsedNorShown() {
    sign(noted(service, NOW), OCI);
    sign(noted(service, NOW), NUGET);
    KeyClient restored = noted(TestTerms.inMemory(), NOW);

    for (Purpose purpose : List.of(OCI, NUGET)) {
      assertLost(() -> sign(restored, purpose));
      assertLost(() -> restored.versions(REPOSITORY, purpose));
      assertLost(() -> restored.current(REPOSITORY, purpose));
    }
  }

  /** Nobody has a copy of the key. */
  @Test
  void whoDeletesTheNoteAcceptsTheKeyThatThereIs() {
    sign(noted(service, NOW), OCI);
    KeyClient restored = noted(TestTerms.inMemory(), NOW);
    assertLost(() -> sign(restored, OCI));

    packages.delete(ObjectKeys.knownKey(REPOSITORY, "oci"));

    sign(restored, OCI);
  }

  /** What a key service answers, which another one takes the place of. */
  private static KeyClient asking(AtomicReference<KeyClient> service) {
    return (KeyClient)
        Proxy.newProxyInstance(
            KeyClient.class.getClassLoader(),
            new Class<?>[] {KeyClient.class},
            (proxy, method, arguments) -> {
              try {
                return method.invoke(service.get(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void aProcessThatKnewTheLostKeyNeedsNoRestart() {
    AtomicReference<KeyClient> asked = new AtomicReference<>(service);
    KeyClient signer = noted(asking(asked), NOW);
    sign(signer, OCI);
    asked.set(TestTerms.inMemory());
    assertLost(() -> sign(signer, OCI));

    packages.delete(ObjectKeys.knownKey(REPOSITORY, "oci"));

    sign(signer, OCI);
    assertThat(signer.versions(REPOSITORY, OCI)).isNotEmpty();
  }

  /** Another thread sees the rotation before this one's signature by the key of before is back. */
  @Test
  void aSignatureThatARotationOvertookIsMadeAgain() {
    service.current(REPOSITORY, OCI);
    AtomicReference<KeyClient> asked = new AtomicReference<>(service);
    KeyClient behind = service.copy();
    KeyClient signer = noted(asking(asked), NOW);
    sign(signer, OCI);
    service.rotate(REPOSITORY, OCI);
    sign(signer, OCI);

    asked.set(behind);

    assertObstacle(Obstacle.KEY_CHANGING, () -> sign(signer, OCI));
  }

  @Test
  void aKeyOfBeforeTheLastRotationIsNot() {
    service.current(REPOSITORY, OCI);
    InMemoryKeyClient older = service.copy();
    service.rotate(REPOSITORY, OCI);
    sign(noted(service, NOW), OCI);

    KeyClient restored = noted(older, NOW.plus(Duration.ofHours(1)));

    assertLost(() -> sign(restored, OCI));
    assertLost(() -> restored.versions(REPOSITORY, OCI));
  }

  /** Replicas may not know of a rotation for some seconds. */
  @Test
  void aRotationThatWasJustNowIsNoLoss() {
    service.current(REPOSITORY, OCI);
    InMemoryKeyClient older = service.copy();
    service.rotate(REPOSITORY, OCI);
    sign(noted(service, NOW), OCI);

    KeyClient behind = noted(older, NOW.plusSeconds(20));

    assertThat(behind.current(REPOSITORY, OCI).version()).isEqualTo(1);
    assertObstacle(Obstacle.KEY_CHANGING, () -> sign(noted(older, NOW.plusSeconds(20)), OCI));
  }

  @Test
  void aRotationDoesNotHideThatTheKeyOfBeforeIsAnother() {
    sign(noted(service, NOW), OCI);
    InMemoryKeyClient other = TestTerms.inMemory();
    other.current(REPOSITORY, OCI);
    other.rotate(REPOSITORY, OCI);

    assertLost(() -> sign(noted(other, NOW), OCI));
  }

  @Test
  void aRotationIsNotedByWhoSeesItFirst() {
    KeyClient signer = noted(service, NOW);
    sign(signer, OCI);
    service.rotate(REPOSITORY, OCI);

    sign(signer, OCI);

    assertThat(note(OCI).version()).isEqualTo(2);
    assertThat(note(OCI).generation()).isEqualTo(2);
    sign(noted(service, NOW), OCI);
  }

  @Test
  void whoHasNotedItAsksTheStoreNoMore() {
    KeyClient signer = noted(service, NOW);
    sign(signer, OCI);
    packages.delete(ObjectKeys.knownKey(REPOSITORY, "oci"));

    sign(signer, OCI);

    assertThat(packages.head(ObjectKeys.knownKey(REPOSITORY, "oci"))).isEmpty();
  }
}
