package dev.countermark.gateway.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * How many credentials of an address were not valid. Whoever had too many is no longer looked up;
 * but tokens that were valid lately are, so that nobody is locked out by who shares his address.
 */
final class WrongTokens {
  /** Addresses, and tokens, that are remembered. */
  private static final int MOST = 10_000;

  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final Duration LATELY = Duration.ofHours(12);

  private final int most;
  private final Clock clock;
  private final Cache<String, Tries> byAddress;
  private final Cache<String, Boolean> good;

  /** What an address may still get wrong; it grows back evenly. */
  private record Tries(double left, Instant at) {}

  /**
   * @param most wrong credentials of one address in a minute
   */
  WrongTokens(int most, Clock clock) {
    this.most = most;
    this.clock = clock;
    this.byAddress = cache(WINDOW);
    this.good = cache(LATELY);
  }

  private <T> Cache<String, T> cache(Duration kept) {
    return Caffeine.newBuilder()
        .maximumSize(MOST)
        .expireAfterWrite(kept)
        .ticker(() -> ChronoUnit.NANOS.between(Instant.EPOCH, clock.instant()))
        .build();
  }

  /**
   * @throws TooManyWrongTokensException when it is not looked up whether a token is valid
   */
  void requireMayTry(String address, TokenName token) {
    if (left(address) < 1 && good.getIfPresent(token.key()) == null) {
      throw new TooManyWrongTokensException();
    }
  }

  /** A token was valid. */
  void valid(TokenName token) {
    good.put(token.key(), true);
  }

  /**
   * Credentials were not valid.
   *
   * @throws TooManyWrongTokensException when there were too many before
   */
  void wrong(String address) {
    if (left(address) < 1) {
      throw new TooManyWrongTokensException();
    }
    Instant now = clock.instant();
    byAddress
        .asMap()
        .merge(
            address,
            new Tries(most - 1, now),
            (known, fresh) -> new Tries(grown(known, now) - 1, now));
  }

  private double left(String address) {
    Tries known = byAddress.getIfPresent(address);
    return known == null ? most : grown(known, clock.instant());
  }

  private double grown(Tries known, Instant now) {
    double share = (double) Duration.between(known.at(), now).toMillis() / WINDOW.toMillis();
    return Math.min(most, known.left() + share * most);
  }
}
