package dev.countermark.gateway.letters;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.contracts.RepositoryName;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/**
 * A dead letter as it is stored.
 *
 * @param id of the letter: the same however often the broker delivers it; later ones follow earlier
 *     ones
 * @param at when it was given up
 * @param code why, as signers say it
 * @param attempts tries that were made, of all times that it was handed in
 * @param source where it came from
 * @param key as it came; absent when there was none
 * @param value as it came, as far as it was kept
 * @param whole whether nothing was cut off, so that it can be handed in again
 * @param about which package it is about; absent when nobody can read that
 */
public record Letter(
    String id,
    Instant at,
    String code,
    String detail,
    int attempts,
    Source source,
    Optional<Bytes> key,
    Bytes value,
    boolean whole,
    Optional<About> about) {
  private static final Bytes NOTHING = Bytes.of(new byte[0]);

  /** It has to fit into an id. */
  private static final long LATEST_MILLIS = 9_999_999_999_999L;

  public Letter {
    key = key == null ? Optional.empty() : key;
    about = about == null ? Optional.empty() : about;
  }

  /**
   * An id, by where a record lies.
   *
   * @param at when it was written; whoever writes a record says when
   */
  public static String id(Instant at, int partition, long offset) {
    return String.format(
        "%013d-%d-%d", Math.min(Math.max(0, at.toEpochMilli()), LATEST_MILLIS), partition, offset);
  }

  /** Without key and value. */
  Letter head() {
    return new Letter(
        id, at, code, detail, attempts, source, Optional.empty(), NOTHING, whole, about);
  }

  /** A place in a topic. */
  public record Source(String topic, int partition, long offset) {}

  /**
   * A package.
   *
   * @param format label
   * @param name as in events
   */
  public record About(String format, RepositoryName repository, String name, String digest) {
    /** What an event says of its package. */
    private record Subject(RepositoryName repository, String name, String digest) {}

    /** The package of an event that came from a topic, if one can be read out of it. */
    static Optional<About> of(String topic, byte[] value, Collection<? extends Format<?, ?>> all) {
      return all.stream()
          .filter(f -> f.uploads().equals(topic) || f.resyncs().equals(topic))
          .findFirst()
          .flatMap(format -> of(format, value));
    }

    /** The package of an event that tells what happened to it, if one can be read out of it. */
    public static Optional<About> of(CloudEvent event, Collection<? extends Format<?, ?>> all) {
      return all.stream()
          .flatMap(
              format ->
                  of(format, event.toJson())
                      .filter(
                          a ->
                              format
                                  .purl(a.repository(), a.name(), a.digest())
                                  .equals(event.subject()))
                      .stream())
          .findFirst();
    }

    private static Optional<About> of(Format<?, ?> format, byte[] value) {
      try {
        Subject s = CloudEvent.fromJson(value).dataAs(Subject.class);
        boolean isOne =
            s.repository() != null
                && s.name() != null
                && s.digest() != null
                && format.recordKey(s.repository(), s.name(), s.digest()).isPresent();
        return isOne
            ? Optional.of(new About(format.label(), s.repository(), s.name(), s.digest()))
            : Optional.empty();
      } catch (MalformedJsonException e) {
        return Optional.empty();
      }
    }
  }
}
