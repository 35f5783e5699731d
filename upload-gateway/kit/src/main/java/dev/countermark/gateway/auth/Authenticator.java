package dev.countermark.gateway.auth;

/** Turns the {@code Authorization} header of a request into what its sender may do. */
public interface Authenticator {
  /**
   * @param authorizationHeaderOrNull the header's value; null is the anonymous caller
   * @return never null
   * @throws AuthenticationFailedException when credentials are given and are not valid: the answer
   *     is 401, never anonymous access
   * @throws TooManyRequestsException when too many from the same address were not, or the
   *     credential makes too many requests: 429
   */
  Access authenticate(String authorizationHeaderOrNull) throws AuthenticationFailedException;

  /**
   * The same for a token that came in a header of its own. It goes before the other credentials
   * when it is one of ours: elsewhere people put any word there.
   *
   * @param authorizationHeaderOrNull what counts when it is none
   * @throws AuthenticationFailedException when neither is valid
   */
  Access authenticateToken(String token, String authorizationHeaderOrNull)
      throws AuthenticationFailedException;

  /**
   * Said of a request without credentials that is let in.
   *
   * @throws TooManyRequestsException when too many come from its address
   */
  void admitAnonymous();
}
