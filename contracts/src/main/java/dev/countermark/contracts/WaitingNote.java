package dev.countermark.contracts;

import java.time.Instant;
import java.util.Optional;

/**
 * That a package waits for its signature, and why; beside its record, which it leaves as it is. A
 * hint for people and for whoever hands the package to the signers again: the record alone says
 * whether it still waits.
 *
 * @param format label
 * @param name as in events
 * @param digest of the push that waits; a later one of the same name is not meant
 * @param obstacle what was in the way at the last try
 * @param tries made so far
 * @param since when the first of them failed
 * @param at when the last of them failed
 * @param nextTry absent when there will be none before somebody asks for it
 * @param handedOver whether no signer remembers it: it must be told again when its time comes
 */
public record WaitingNote(
    long generation,
    String format,
    RepositoryName repository,
    String name,
    String digest,
    Obstacle obstacle,
    int tries,
    Instant since,
    Instant at,
    Optional<Instant> nextTry,
    boolean handedOver) {
  public WaitingNote {
    nextTry = nextTry == null ? Optional.empty() : nextTry;
  }

  /** The next generation, in the hands of a signer since a time. */
  public WaitingNote told(Instant now) {
    return new WaitingNote(
        generation + 1,
        format,
        repository,
        name,
        digest,
        obstacle,
        tries,
        since,
        at,
        Optional.of(now),
        false);
  }
}
