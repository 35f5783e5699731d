package dev.countermark.gateway.auth;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Which tokens were used, until it is written down: later and seldom, so that no request waits for
 * it and a token of a busy job costs one write in some minutes.
 */
public final class TokenUses {
  private static final Logger LOG = Logger.getLogger(TokenUses.class);

  /** How exactly the last use of a token is known. */
  static final Duration EXACT = Duration.ofMinutes(5);

  /** Of more tokens at a time some are written down at their next use. */
  private static final int MOST = 1_000;

  private final Tokens tokens;
  private final Clock clock;
  private final Map<TokenName, Instant> seen = new ConcurrentHashMap<>();

  public TokenUses(Tokens tokens, Clock clock) {
    this.tokens = tokens;
    this.clock = clock;
  }

  void saw(TokenRecord token) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    if (token.lastUsedAt().filter(l -> l.plus(EXACT).isAfter(now)).isEmpty()
        && seen.size() < MOST) {
      seen.putIfAbsent(token.name(), now);
    }
  }

  /** Writes down what was seen; called every few seconds. */
  public void write() {
    for (TokenName name : seen.keySet()) {
      Instant at = seen.get(name);
      try {
        tokens.used(name, at);
      } catch (RuntimeException e) {
        // The store may be away, or one record damaged: the others are written all the same.
        LOG.debugf("the use of token %s is not written down: %s", name, e.getMessage());
      }
      seen.remove(name, at);
    }
  }
}
