package dev.countermark.gateway.auth;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * What an {@code Authorization} header carries: a password or a bearer token. User names are not
 * looked at: the token says whose it is.
 */
final class AuthorizationHeader {
  /** A longer header is refused before it is decoded, characters. */
  static final int MAX_LENGTH = 16 * 1024;

  private final boolean bearer;
  private final String secret;

  private AuthorizationHeader(boolean bearer, String secret) {
    this.bearer = bearer;
    this.secret = secret;
  }

  /**
   * @param header null when there is none
   * @return empty for no credentials: no header, or Basic with empty user name and password, which
   *     podman sends for an anonymous user
   * @throws AuthenticationFailedException when the header has neither form
   * @see "RFC 7617, 2; RFC 6750, 2.1"
   */
  static Optional<AuthorizationHeader> parse(String header) throws AuthenticationFailedException {
    if (header == null) {
      return Optional.empty();
    }
    if (header.length() > MAX_LENGTH) {
      throw new AuthenticationFailedException("the Authorization header is too long");
    }
    String trimmed = header.strip();
    int space = trimmed.indexOf(' ');
    if (space < 0) {
      throw new AuthenticationFailedException("the Authorization header has no credentials");
    }
    String scheme = trimmed.substring(0, space);
    String value = trimmed.substring(space + 1).strip();
    if (scheme.equalsIgnoreCase("Bearer")) {
      return Optional.of(new AuthorizationHeader(true, value));
    }
    if (scheme.equalsIgnoreCase("Basic")) {
      return basic(value);
    }
    throw new AuthenticationFailedException(
        "this authentication scheme is not supported: use Basic or Bearer");
  }

  private static Optional<AuthorizationHeader> basic(String value)
      throws AuthenticationFailedException {
    String pair;
    try {
      byte[] bytes = Base64.getDecoder().decode(value);
      pair = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw new AuthenticationFailedException("Basic credentials are user:password in Base64");
    }
    int colon = pair.indexOf(':');
    if (colon < 0) {
      throw new AuthenticationFailedException("Basic credentials are user:password in Base64");
    }
    return pair.length() == 1
        ? Optional.empty()
        : Optional.of(new AuthorizationHeader(false, pair.substring(colon + 1)));
  }

  boolean isBearer() {
    return bearer;
  }

  /** The password or the bearer token. */
  String secret() {
    return secret;
  }

  @Override
  public String toString() {
    return bearer ? "Bearer" : "Basic";
  }
}
