package dev.countermark.signing;

import dev.countermark.contracts.Refusal;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How one request ended.
 *
 * @param <O> how an outcome names a package
 */
public sealed interface SigningOutcome<O> {
  /** Short, stable, lower case: a metric's label. */
  String code();

  /** All codes that there are. */
  static List<String> codes() {
    Stream<SigningOutcome<?>> refused =
        Stream.of(Refusal.values()).map(reason -> new Refused<>(reason, ""));
    Stream<SigningOutcome<?>> exempt = Stream.of(Exempt.Why.values()).map(Exempt::new);
    Stream<SigningOutcome<?>> signed =
        Stream.of(new Signed<>("", List.of()), new AlreadySigned<>("", List.of()));
    return Stream.of(signed, refused, exempt)
        .flatMap(outcomes -> outcomes)
        .map(SigningOutcome::code)
        .toList();
  }

  /**
   * Signatures were made.
   *
   * @param result what is in place now
   * @param contained what was signed on the way, such as the images of an index
   */
  record Signed<O>(O result, List<O> contained) implements SigningOutcome<O> {
    public Signed {
      contained = List.copyOf(contained);
    }

    @Override
    public String code() {
      return "signed";
    }
  }

  /**
   * Everything was in place already; normal after a redelivery.
   *
   * @param contained what was signed on the way all the same
   */
  record AlreadySigned<O>(O result, List<O> contained) implements SigningOutcome<O> {
    public AlreadySigned {
      contained = List.copyOf(contained);
    }

    @Override
    public String code() {
      return "already_signed";
    }
  }

  /** It will never be signed as it is. */
  record Refused<O>(Refusal reason, String detail) implements SigningOutcome<O> {
    @Override
    public String code() {
      return "refused_" + reason.name().toLowerCase(Locale.ROOT);
    }
  }

  /** There is nothing to sign, and nothing to tell. */
  record Exempt<O>(Why why) implements SigningOutcome<O> {
    /** Why there is nothing to sign. */
    public enum Why {
      /** Signatures and attestations are never signed themselves. */
      NEVER_SIGNED,
      /** Deleted meanwhile, or it never existed. */
      GONE,
      /** Other content has its name: whoever asked had seen another one, or none. */
      SUPERSEDED
    }

    @Override
    public String code() {
      return switch (why) {
        case NEVER_SIGNED -> "exempt";
        case GONE -> "gone";
        case SUPERSEDED -> "superseded";
      };
    }
  }
}
