package dev.countermark.gateway.auth;

/**
 * What a refusal asks for, as value of {@code WWW-Authenticate}.
 *
 * @see "RFC 9110, 11.6.1"
 */
public final class AuthChallenge {
  /** A user name, which is not looked at, and a token as password, in UTF-8. */
  public static final String BASIC = "Basic realm=\"countermark\", charset=\"UTF-8\"";

  /** A token. */
  public static final String BEARER = "Bearer realm=\"countermark\"";

  private AuthChallenge() {}
}
