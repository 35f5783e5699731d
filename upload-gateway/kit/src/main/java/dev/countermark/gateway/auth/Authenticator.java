package dev.countermark.gateway.auth;

/** Turns the {@code Authorization} header of a request into what its sender may do. */
public interface Authenticator {
  /**
   * @param authorizationHeaderOrNull the header's value; null is the anonymous caller
   * @return never null
   * @throws AuthenticationFailedException when credentials are given and are not valid: the answer
   *     is 401, never anonymous access
   */
  Access authenticate(String authorizationHeaderOrNull) throws AuthenticationFailedException;

  /**
   * The same for a token that came in a header of its own.
   *
   * @throws AuthenticationFailedException when it is not a valid token
   */
  Access authenticateToken(String token) throws AuthenticationFailedException;
}
