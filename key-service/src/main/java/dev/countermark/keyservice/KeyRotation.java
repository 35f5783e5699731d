package dev.countermark.keyservice;

import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keyservice.KeyRings.Activation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Has keys followed by new versions: when an operator says so, and before a certificate ends. Where
 * clients remember the list of certificates, a new one is announced for a while before it signs;
 * and one is kept ahead that whoever was shown the list knows, for a rotation that cannot wait.
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
   * What became of a rotation.
   *
   * @param next the version that signs, or will
   */
  record Rotated(KeyRing ring, KeyRecord next) {}

  /**
   * Has a version follow the current one; it may be that of a call that was faster.
   *
   * @param immediately it signs at once, because the current one is compromised
   */
  Rotated rotate(KeyScope scope, String caller, boolean immediately) {
    rings.getOrCreate(scope, caller);
    Rotated rotated = rotated(scope, rings.reload(scope), caller, immediately);
    chain.announce(scope, caller, rotated.ring());
    return rotated;
  }

  private Rotated rotated(KeyScope scope, KeyRing found, String caller, boolean immediately) {
    KeyRing ring = found;
    while (true) {
      Instant now = clock.instant();
      Optional<KeyRecord> announced = ring.announced(now);
      if (announced.isPresent() && !immediately) {
        return new Rotated(ring, announced.get());
      }
      KeyRing before = ring;
      Optional<KeyRecord> known =
          immediately
              ? announced.or(() -> knownLongest(scope, before, now))
              : freshSpare(scope, ring, now);
      int taken;
      if (known.isPresent()) {
        Instant since = known.get().createdAt();
        Activation when =
            immediately ? Activation.AT_ONCE : at -> onceAnnounced(scope, before, since, at);
        rings.promote(scope, ring, known.get(), when, caller);
        int number = ring.promotions().size();
        ring = rings.reload(scope);
        taken = ring.promotions().get(number).version();
      } else {
        taken = ring.newest().version() + 1;
        Activation when = immediately ? Activation.AT_ONCE : afterAnnouncement(scope, ring);
        rings.create(scope, taken, caller, when);
        ring = rings.reload(scope);
      }
      KeyRecord next = ring.records().get(taken - 1);
      // Whoever was faster may have made a spare, or only announced his.
      if (ring.activeFrom(next).filter(KeyRecord.UNTIL_PROMOTED::equals).isEmpty()
          && (!immediately || ring.isActive(next, clock.instant()))) {
        return new Rotated(ring, next);
      }
    }
  }

  /** The ring, with one more version that follows when the certificate of the latest ends soon. */
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
          KeyRing renewed = rotated(scope, fresh, RENEWAL, false).ring();
          chain.announce(scope, RENEWAL, renewed);
          return renewed;
        });
  }

  /** A certificate that the authority cannot outlast is not made again. */
  private boolean isDue(KeyScope scope, KeyRing ring) {
    Optional<Instant> end = ring.end(ring.heir());
    Duration before = policy(scope).renewBefore();
    return end.isPresent()
        && !clock.instant().isBefore(end.get().minus(before))
        && canOutlast(scope, end.get());
  }

  private boolean canOutlast(KeyScope scope, Instant end) {
    return mint.endOfNext(scope.purpose()).filter(next -> next.isAfter(end)).isPresent();
  }

  /**
   * The ring, with a spare where there shall be one. It is made when the list is asked for: so
   * whoever remembers a list knows the spare, and no signature waits for it to be made.
   *
   * @param caller whose call may make it
   */
  KeyRing spared(KeyScope scope, String caller, KeyRing ring) {
    if (!policy(scope).spare() || !lacksSpare(scope, ring)) {
      return ring;
    }
    return rings.alone(
        scope,
        () -> {
          KeyRing fresh = rings.reload(scope);
          if (!lacksSpare(scope, fresh)) {
            return fresh;
          }
          rings.create(scope, fresh.newest().version() + 1, caller, Activation.ONCE_PROMOTED);
          KeyRing spared = rings.reload(scope);
          chain.announce(scope, caller, spared);
          return spared;
        });
  }

  private boolean lacksSpare(KeyScope scope, KeyRing ring) {
    Instant now = clock.instant();
    return freshSpare(scope, ring, now).isEmpty() && canOutlast(scope, now);
  }

  /**
   * The one that waits for a planned rotation; it need not be renewed itself as soon as it signs.
   */
  private Optional<KeyRecord> freshSpare(KeyScope scope, KeyRing ring, Instant now) {
    List<KeyRecord> spares = spares(scope, ring);
    if (spares.isEmpty()) {
      return Optional.empty();
    }
    KeyRecord last = spares.get(spares.size() - 1);
    Duration kept = policy(scope).renewBefore().plus(policy(scope).terms().announced());
    Optional<Instant> end = ring.end(last);
    boolean fresh =
        end.isEmpty()
            || now.isBefore(end.get().minus(kept))
            || now.isBefore(end.get()) && !canOutlast(scope, end.get());
    return fresh ? Optional.of(last) : Optional.empty();
  }

  /** Without those of an authority that was replaced: it may be the one that is compromised. */
  private List<KeyRecord> spares(KeyScope scope, KeyRing ring) {
    return ring.spares().stream()
        .filter(spare -> mint.isIssuer(scope.purpose(), spare.certificates()))
        .toList();
  }

  /** The spare that most who remember a list know. */
  private Optional<KeyRecord> knownLongest(KeyScope scope, KeyRing ring, Instant now) {
    return spares(scope, ring).stream()
        .filter(spare -> ring.end(spare).map(now::isBefore).orElse(true))
        .findFirst();
  }

  private Activation afterAnnouncement(KeyScope scope, KeyRing ring) {
    return now -> onceAnnounced(scope, ring, now, now);
  }

  /**
   * When a version may sign that is published since then. Not later than the end of the certificate
   * that signs until then.
   */
  private Instant onceAnnounced(KeyScope scope, KeyRing ring, Instant since, Instant now) {
    Instant announced = since.plus(policy(scope).terms().announced());
    Instant from = ring.end(ring.current(now)).filter(announced::isAfter).orElse(announced);
    return from.isAfter(now) ? from : now;
  }

  private KeyPolicy policy(KeyScope scope) {
    return policies.get(scope.purpose());
  }
}
