package dev.countermark.keyservice;

import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyServiceApi.KeyState;
import dev.countermark.keys.KeyServiceApi.ListedVersion;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * All versions of one key as the bucket had them at one moment.
 *
 * @param records version 1 first, without holes, at least one
 * @param promotions in the order in which they were made
 * @param revocations by version
 * @param ends of the certificates, by version; only of those that have one
 */
record KeyRing(
    List<KeyRecord> records,
    List<Promotion> promotions,
    Map<Integer, Revocation> revocations,
    Map<Integer, Instant> ends) {
  KeyRing {
    records = List.copyOf(records);
    promotions = List.copyOf(promotions);
    revocations = Map.copyOf(revocations);
    ends = Map.copyOf(ends);
  }

  /**
   * The one that signs: the highest of those that are active and not revoked. When all are revoked
   * the highest active one, which must not sign.
   */
  KeyRecord current(Instant now) {
    return highest(record -> isActive(record, now));
  }

  /** The one that will sign when all that is announced is in force; never a spare. */
  KeyRecord heir() {
    return highest(record -> !isSpare(record));
  }

  private KeyRecord highest(Predicate<KeyRecord> fit) {
    KeyRecord highest = null;
    for (KeyRecord record : records) {
      if (fit.test(record) && (highest == null || !isRevoked(record) || isRevoked(highest))) {
        highest = record;
      }
    }
    return highest == null ? newest() : highest;
  }

  /** The highest, be it active, announced, a spare or revoked. */
  KeyRecord newest() {
    return records.get(records.size() - 1);
  }

  /** The next that is announced to sign, and does not yet. */
  Optional<KeyRecord> announced(Instant now) {
    int current = current(now).version();
    return records.stream()
        .filter(r -> r.version() > current && !isSpare(r) && !isRevoked(r) && !isActive(r, now))
        .findFirst();
  }

  /**
   * Those that wait for a rotation, oldest first: one, and for a while another that follows it
   * before its certificate ends. What a rotation has passed over is none of them.
   */
  List<KeyRecord> spares() {
    int heir = heir().version();
    return records.stream()
        .filter(record -> record.version() > heir && isSpare(record) && !isRevoked(record))
        .toList();
  }

  /** When a version begins to sign; empty: from its creation. */
  Optional<Instant> activeFrom(KeyRecord record) {
    return activeFrom(record, promotions);
  }

  /**
   * The same of a version of which no ring is at hand.
   *
   * @param promotions of all versions of the key
   */
  static Optional<Instant> activeFrom(KeyRecord record, List<Promotion> promotions) {
    return record
        .activeFrom()
        .flatMap(
            from ->
                Stream.concat(
                        Stream.of(from),
                        promotions.stream()
                            .filter(promotion -> promotion.version() == record.version())
                            .map(Promotion::activeFrom))
                    .min(Instant::compareTo));
  }

  boolean isActive(KeyRecord record, Instant now) {
    return activeFrom(record).map(from -> !now.isBefore(from)).orElse(true);
  }

  private boolean isSpare(KeyRecord record) {
    return activeFrom(record).filter(KeyRecord.UNTIL_PROMOTED::equals).isPresent();
  }

  boolean isRevoked(KeyRecord record) {
    return revocations.containsKey(record.version());
  }

  /** When the certificate of a version ends; empty when it has none. */
  Optional<Instant> end(KeyRecord record) {
    return Optional.ofNullable(ends.get(record.version()));
  }

  /** Oldest first; without what was passed over, for nothing is signed by it. */
  List<PublicKeyVersion> published(Instant now) {
    List<KeyRecord> spares = spares();
    return records.stream()
        .filter(record -> !isSpare(record) || isRevoked(record) || spares.contains(record))
        .map(record -> published(record, now))
        .toList();
  }

  PublicKeyVersion published(KeyRecord record, Instant now) {
    return new PublicKeyVersion(
        record.version(),
        record.spki(),
        record.fingerprint(),
        record.createdAt(),
        record.version() == current(now).version(),
        Optional.ofNullable(revocations.get(record.version())).map(Revocation::revokedAt),
        record.certificates(),
        activeFrom(record).filter(from -> !from.equals(KeyRecord.UNTIL_PROMOTED)),
        isSpare(record) && !isRevoked(record));
  }

  /** The same versions as {@link #published}, with what each is there for. */
  List<ListedVersion> listed(Instant now) {
    int current = current(now).version();
    return published(now).stream()
        .map(version -> listed(records.get(version.version() - 1), version, current))
        .toList();
  }

  private ListedVersion listed(KeyRecord record, PublicKeyVersion version, int current) {
    KeyState state = state(record, current);
    return new ListedVersion(
        record.version(),
        state,
        switch (state) {
          case REVOKED -> version.revokedAt().orElseThrow();
          case RETIRED -> followed(record);
          case CURRENT -> start(record);
          case ANNOUNCED -> announcedAt(record);
          case SPARE -> record.createdAt();
        },
        record.fingerprint(),
        state == KeyState.ANNOUNCED ? version.activeFrom() : Optional.empty(),
        version.leafFingerprint(),
        end(record));
  }

  private KeyState state(KeyRecord record, int current) {
    if (isRevoked(record)) {
      return KeyState.REVOKED;
    }
    if (isSpare(record)) {
      return KeyState.SPARE;
    }
    return record.version() == current
        ? KeyState.CURRENT
        : record.version() < current ? KeyState.RETIRED : KeyState.ANNOUNCED;
  }

  private Instant start(KeyRecord record) {
    return activeFrom(record).orElse(record.createdAt());
  }

  /** When the first of the later ones began to sign. */
  private Instant followed(KeyRecord record) {
    return records.stream()
        .filter(later -> later.version() > record.version())
        .map(this::start)
        .min(Instant::compareTo)
        .orElseThrow();
  }

  private Instant announcedAt(KeyRecord record) {
    return promotions.stream()
        .filter(promotion -> promotion.version() == record.version())
        .map(Promotion::promotedAt)
        .min(Instant::compareTo)
        .orElse(record.createdAt());
  }
}
