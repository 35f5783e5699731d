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

  private static final Duration LATELY = Duration.ofHours(12);

  private final Allowances byAddress;
  private final Cache<String, Boolean> good;

  /**
   * @param most wrong credentials of one address in a minute
   */
  WrongTokens(int most, Clock clock) {
    this.byAddress = new Allowances(most, MOST, clock);
    this.good =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(LATELY)
            .ticker(() -> ChronoUnit.NANOS.between(Instant.EPOCH, clock.instant()))
            .build();
  }

  /**
   * @throws TooManyRequestsException when it is not looked up whether a token is valid
   */
  void requireMayTry(String address, TokenName token) {
    Duration wait = byAddress.wait(address);
    if (!wait.isZero() && good.getIfPresent(token.key()) == null) {
      throw tooMany(wait);
    }
  }

  /** A token was valid. */
  void valid(TokenName token) {
    good.put(token.key(), true);
  }

  /**
   * Credentials were not valid.
   *
   * @throws TooManyRequestsException when there were too many before
   */
  void wrong(String address) {
    Duration wait = byAddress.take(address);
    if (!wait.isZero()) {
      throw tooMany(wait);
    }
  }

  private static TooManyRequestsException tooMany(Duration wait) {
    return new TooManyRequestsException(
        "too many credentials from this address were not valid: wait before the next try", wait);
  }
}
