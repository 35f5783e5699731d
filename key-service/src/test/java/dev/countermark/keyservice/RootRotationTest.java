package dev.countermark.keyservice;

import static dev.countermark.keyservice.Fixtures.NUGET;
import static dev.countermark.keyservice.Fixtures.NUGET_SIGNER;
import static dev.countermark.keyservice.Fixtures.SCOPE;
import static dev.countermark.keyservice.Fixtures.SIGNER;
import static dev.countermark.keyservice.Fixtures.SWIFT;
import static dev.countermark.keyservice.Fixtures.SWIFT_SIGNER;
import static dev.countermark.keyservice.Fixtures.item;
import static dev.countermark.keyservice.Fixtures.root;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.Failure;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** State and configuration are compared, and the root secret can be changed. */
class RootRotationTest {
  private static final int FORMER = 1;
  private static final int NEXT = 2;

  private final FaultyStore store = new FaultyStore(new InMemoryBlobStore());

  private List<PublicKeyVersion> sign(KeyService service, String what) {
    KeyCustodian custodian = service.custodian();
    return List.of(
        custodian.sign(SIGNER, SCOPE, List.of(item(what))).key(),
        custodian.sign(NUGET_SIGNER, NUGET, List.of(item(what))).key(),
        custodian.sign(SWIFT_SIGNER, SWIFT, List.of(item(what))).key());
  }

  private KeyService service(int seed) {
    return Fixtures.replica(store, root(seed));
  }

  private long rotate() {
    return new RootRotation(store, root(FORMER), root(NEXT)).run(count -> {});
  }

  private void assertGiven(List<PublicKeyVersion> before) {
    KeyService after = service(NEXT);
    assertThat(sign(after, "after")).as("the same keys sign").isEqualTo(before);
    List<String> broken = new ArrayList<>();
    after
        .verifier()
        .verify(Optional.empty(), true, Fixtures.report(b -> broken.add(b.what()), chain -> {}));
    assertThat(broken).as("what was sealed before stays sealed").isEmpty();
    assertThatThrownBy(() -> service(FORMER))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("are wrapped by root secret " + root(NEXT).id());
  }

  @Test
  void aServiceWithAnotherRootSecretDoesNotStart() {
    sign(service(FORMER), "before");
    long writes = store.writes.get();

    assertThatThrownBy(() -> service(NEXT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(root(FORMER).id())
        .hasMessageContaining(root(NEXT).id())
        .hasMessageContaining("restore the right one");
    assertThat(store.writes).as("nothing is made").hasValue((int) writes);
    sign(service(FORMER), "later");
  }

  @Test
  void aBucketOfBeforeThereWasAMarkerIsKnownByItsKeys() {
    sign(service(FORMER), "before");
    store.delete(KeysBucket.ROOT);

    assertThatThrownBy(() -> service(NEXT)).hasMessageContaining(root(FORMER).id());
    sign(service(FORMER), "later");
    assertThat(store.head(KeysBucket.ROOT)).isPresent();
  }

  @Test
  void anotherRootSecretTakesOverWithoutAnyKeyChanging() {
    List<PublicKeyVersion> before = sign(service(FORMER), "before");

    assertThat(rotate()).as("two authorities and three keys").isEqualTo(5);

    assertGiven(before);
    assertThat(rotate()).as("nothing is left to do").isZero();
    new RootRotation(store, root(NEXT), root(3)).run(count -> {});
    assertThat(sign(service(3), "once more")).isEqualTo(before);
  }

  /** Crashes behind each of its writes, and is run again. */
  @Test
  void goesOnWhereItWasInterrupted() {
    List<PublicKeyVersion> before = sign(service(FORMER), "before");
    int interrupted = 0;
    boolean done = false;
    while (!done) {
      store.failAfterReplacements(1);
      try {
        rotate();
        done = true;
      } catch (Failure.Transient e) {
        interrupted++;
        assertThatThrownBy(() -> service(FORMER)).hasMessageContaining("run rewrap again");
        assertThatThrownBy(() -> service(NEXT)).hasMessageContaining("run rewrap again");
      }
      store.failAfterReplacements(0);
    }
    assertThat(interrupted).as("two writes of the marker, five records").isEqualTo(6);
    assertGiven(before);
  }

  /** As a store client does that lost the answer to its first try. */
  @Test
  void theLastStepMayBeDoneTwice() {
    List<PublicKeyVersion> before = sign(service(FORMER), "before");
    rotate();

    new RootMarker(store, new SecureRandom()).given(root(FORMER), root(NEXT));

    assertGiven(before);
  }

  @Test
  void takesNoBucketThatBelongsToNeither() {
    sign(service(FORMER), "before");

    assertThatThrownBy(() -> new RootRotation(store, root(3), root(NEXT)).run(count -> {}))
        .isInstanceOf(IllegalStateException.class);
    sign(service(FORMER), "later");
  }
}
