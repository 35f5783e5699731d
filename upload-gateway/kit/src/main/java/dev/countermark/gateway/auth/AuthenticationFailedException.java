package dev.countermark.gateway.auth;

/** Credentials were given and are not valid. The message may be shown: it never repeats them. */
public final class AuthenticationFailedException extends Exception {
  public AuthenticationFailedException(String message) {
    super(message);
  }
}
