package dev.countermark.gateway.auth;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many requests a credential may make, and an address without any. A request counts once, when
 * it is known whose it is and nothing of its body was read. What is answered by asking for
 * credentials counts for nobody: clients begin with that, and one address is that of many.
 */
public final class RequestRates {
  /** Credentials, and addresses, that are remembered: some megabytes. */
  private static final int NAMES = 20_000;

  /** Nobody is counted. */
  public static final RequestRates NONE = new RequestRates(0, 0, Clock.systemUTC());

  private final Rate credentials;
  private final Rate addresses;

  /**
   * @param ofToken most requests of one credential in a minute; 0 for any number
   * @param ofAddress the same of a network address, without credentials
   */
  public RequestRates(int ofToken, int ofAddress, Clock clock) {
    this.credentials = new Rate(ofToken, "with this token", clock);
    this.addresses = new Rate(ofAddress, "without credentials from this address", clock);
  }

  /** What is counted alike. */
  private static final class Rate {
    private final Optional<Allowances> allowances;
    private final String what;
    private final LongAdder refused = new LongAdder();

    Rate(int inMinute, String what, Clock clock) {
      this.allowances =
          inMinute == 0 ? Optional.empty() : Optional.of(new Allowances(inMinute, NAMES, clock));
      this.what = what;
    }

    void count(String name, RequestCaller caller) {
      if (allowances.isEmpty() || !caller.counts()) {
        return;
      }
      Duration wait = allowances.get().take(name);
      if (!wait.isZero()) {
        refused.increment();
        throw new TooManyRequestsException(
            "too many requests " + what + ": wait before the next one", wait);
      }
    }
  }

  /**
   * A request with credentials that are valid.
   *
   * @throws TooManyRequestsException when its credential made too many
   */
  void known(Access access, RequestCaller caller) {
    if (access.subject().equals(Grants.Anonymous.CREDENTIAL)) {
      unknown(caller);
    } else {
      credentials.count(access.subject(), caller);
    }
  }

  /**
   * A request that is let in without credentials.
   *
   * @throws TooManyRequestsException when too many came from its address
   */
  void unknown(RequestCaller caller) {
    addresses.count(caller.address(), caller);
  }

  /** Requests that were refused so far because their credentials made too many. */
  long refusedOfTokens() {
    return credentials.refused.sum();
  }

  /** The same of addresses. */
  long refusedOfAddresses() {
    return addresses.refused.sum();
  }
}
