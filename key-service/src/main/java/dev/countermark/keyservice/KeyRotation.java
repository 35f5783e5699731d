package dev.countermark.keyservice;

import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keyservice.KeyRings.Activation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Has keys followed by new versions: when an operator says so, and before a certificate ends. Where
 * clients remember the list of certificates, a new one is announced for a while before it signs.
 */
final class KeyRotation {
  /** Who makes the versions that follow those whose certificate ends. */
  static final String RENEWAL = "renewal";

  private final KeyRings rings;
  private final KeyMint mint;
  private final KeyChain chain;
  private final Map<Purpose, KeyPolicy> policies;
  private final Clock clock;

  KeyRotation(
      KeyRings rings, KeyMint mint, KeyChain chain, Map<Purpose, KeyPolicy> policies, Clock clock) {
    this.rings = rings;
    this.mint = mint;
    this.chain = chain;
    this.policies = Map.copyOf(policies);
    this.clock = clock;
  }

  /**
   * Makes a new version; the ring's newest is it, or that of a call that was faster.
   *
   * @param immediately it signs at once, because the current one is compromised
   */
  KeyRing rotate(KeyScope scope, String caller, boolean immediately) {
    rings.getOrCreate(scope, caller);
    KeyRing ring = rings.reload(scope);
    do {
      Activation activation = immediately ? Activation.AT_ONCE : afterAnnouncement(scope, ring);
      rings.create(scope, ring.newest().version() + 1, caller, activation);
      ring = rings.reload(scope);
      // Whoever was faster may only have announced his.
    } while (immediately && !ring.newest().isActive(clock.instant()));
    chain.announce(scope, caller, ring);
    return ring;
  }

  /** The ring, with one more version when the certificate of the latest one ends soon. */
  KeyRing renewed(KeyScope scope, KeyRing ring) {
    if (!isDue(scope, ring)) {
      return ring;
    }
    return rings.alone(
        scope,
        () -> {
          KeyRing fresh = rings.reload(scope);
          if (!isDue(scope, fresh)) {
            return fresh;
          }
          int next = fresh.newest().version() + 1;
          rings.create(scope, next, RENEWAL, afterAnnouncement(scope, fresh));
          KeyRing renewed = rings.reload(scope);
          chain.announce(scope, RENEWAL, renewed);
          return renewed;
        });
  }

  /** A certificate that the authority cannot outlast is not made again. */
  private boolean isDue(KeyScope scope, KeyRing ring) {
    Optional<Instant> end = ring.end(ring.heir());
    Duration before = policies.get(scope.purpose()).renewBefore();
    return end.isPresent()
        && !clock.instant().isBefore(end.get().minus(before))
        && mint.endOfNext(scope.purpose()).filter(next -> next.isAfter(end.get())).isPresent();
  }

  /** Not later than the end of the certificate that signs until then. */
  private Activation afterAnnouncement(KeyScope scope, KeyRing ring) {
    Duration announced = policies.get(scope.purpose()).terms().announced();
    return now -> {
      Instant from = now.plus(announced);
      return ring.end(ring.current(now)).filter(from::isAfter).orElse(from);
    };
  }
}
