package dev.countermark.gateway.auth;

/** Too many credentials that are not valid came from one address. The message may be shown. */
public final class TooManyWrongTokensException extends RuntimeException {
  TooManyWrongTokensException() {
    super("too many credentials from this address were not valid: wait before the next try");
  }
}
