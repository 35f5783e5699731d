package dev.countermark.gateway.auth;

import dev.countermark.contracts.RepositoryName;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Knows the admin token, repository tokens and the bearer tokens of the token endpoint. Every
 * bearer token is traced back to its credential at each request: when that is revoked, expires or
 * is replaced, the bearer token ends too (within {@link RepositoryTokens#CACHED}).
 */
public final class GatewayAuthenticator implements Authenticator {
  /** Fewest bytes of the gateway's secret. */
  public static final int MIN_SECRET_BYTES = 32;

  /** Fewest characters of the admin token. */
  public static final int MIN_ADMIN_TOKEN_LENGTH = 16;

  private final String adminToken;
  private final Grants.Administrator administrator;
  private final Grants.Anonymous anonymous;
  private final BearerTokens bearerTokens;
  private final RepositoryTokens repositoryTokens;

  /**
   * @param adminToken {@code countermark.gateway.admin-token}
   * @param secret {@code countermark.gateway.secret}, UTF-8; the same on every replica
   * @param service host and port of the public URL
   * @throws IllegalArgumentException when one of the secrets is too short to be one
   */
  public GatewayAuthenticator(
      String adminToken,
      byte[] secret,
      String service,
      RepositoryTokens repositoryTokens,
      Clock clock) {
    if (adminToken.length() < MIN_ADMIN_TOKEN_LENGTH) {
      throw new IllegalArgumentException(
          "countermark.gateway.admin-token must have at least "
              + MIN_ADMIN_TOKEN_LENGTH
              + " characters");
    }
    if (secret.length < MIN_SECRET_BYTES) {
      throw new IllegalArgumentException(
          "countermark.gateway.secret must have at least " + MIN_SECRET_BYTES + " bytes");
    }
    this.adminToken = adminToken;
    byte[] fingerprint =
        Hashes.hmacSha256(Hashes.hmacSha256(secret, "countermark/admin-token/v1"), adminToken);
    this.administrator =
        new Grants.Administrator(
            Grants.Administrator.PREFIX + HexFormat.of().formatHex(fingerprint, 0, 8));
    this.anonymous = new Grants.Anonymous();
    this.bearerTokens = new BearerTokens(secret, service, clock);
    this.repositoryTokens = repositoryTokens;
  }

  @Override
  public Access authenticate(String authorizationHeaderOrNull)
      throws AuthenticationFailedException {
    Optional<AuthorizationHeader> header = AuthorizationHeader.parse(authorizationHeaderOrNull);
    if (header.isEmpty()) {
      return anonymous;
    }
    String secret = header.get().secret();
    Optional<Credential> credential = lookUp(secret);
    if (credential.isPresent()) {
      return credential.get();
    }
    if (!header.get().isBearer()) {
      throw new AuthenticationFailedException("the password is not a valid token");
    }
    return bearer(bearerTokens.verify(secret));
  }

  @Override
  public Access authenticateToken(String token) throws AuthenticationFailedException {
    return lookUp(token)
        .orElseThrow(() -> new AuthenticationFailedException("the token is not valid"));
  }

  /**
   * For the management API: only a token itself counts, as bearer. Not Basic, which a browser would
   * send by itself on another site's behalf; and not a bearer token of the token endpoint, which
   * was given out for pulling or pushing.
   *
   * @throws AuthenticationFailedException also when there is no header at all
   */
  public Access authenticateManager(String authorizationHeaderOrNull)
      throws AuthenticationFailedException {
    Optional<AuthorizationHeader> header = AuthorizationHeader.parse(authorizationHeaderOrNull);
    if (header.isEmpty() || !header.get().isBearer()) {
      throw new AuthenticationFailedException(
          "send the admin token, or a repository token with the scope admin, as bearer token");
    }
    return lookUp(header.get().secret())
        .orElseThrow(() -> new AuthenticationFailedException("the token is not valid"));
  }

  /** The repository whose token the caller holds, if that is what he holds. */
  public Optional<RepositoryName> repositoryOf(Access access) {
    return access instanceof Grants.TokenHolder holder
        ? Optional.of(holder.token().repository())
        : Optional.empty();
  }

  /**
   * The credential behind user name and password.
   *
   * @param header as for {@link #authenticate}; a bearer token is refused
   */
  public Credential credential(String header) throws AuthenticationFailedException {
    Optional<AuthorizationHeader> parsed = AuthorizationHeader.parse(header);
    if (parsed.isEmpty()) {
      return anonymous;
    }
    if (parsed.get().isBearer()) {
      throw new AuthenticationFailedException("the token endpoint takes user name and password");
    }
    return credentialOfPassword(parsed.get().secret());
  }

  /** The credential behind a password; the user name does not matter. */
  public Credential credentialOfPassword(String password) throws AuthenticationFailedException {
    return lookUp(password)
        .orElseThrow(() -> new AuthenticationFailedException("the password is not a valid token"));
  }

  public BearerTokens bearerTokens() {
    return bearerTokens;
  }

  private Optional<Credential> lookUp(String secret) {
    if (Hashes.equal(secret, adminToken)) {
      return Optional.of(administrator);
    }
    return TokenText.parse(secret)
        .flatMap(repositoryTokens::verify)
        .map(t -> new Grants.TokenHolder(t));
  }

  private Access bearer(BearerTokens.Claims claims) throws AuthenticationFailedException {
    return new Grants.Bearer(holder(claims.credential()), claims.granted());
  }

  private Credential holder(String credential) throws AuthenticationFailedException {
    if (credential.equals(Grants.Anonymous.CREDENTIAL)) {
      return anonymous;
    }
    if (credential.equals(administrator.credential())) {
      return administrator;
    }
    int id = credential.lastIndexOf('/');
    if (credential.startsWith(Grants.TokenHolder.PREFIX) && id > 0) {
      Optional<TokenRecord> token =
          RepositoryName.parse(credential.substring(Grants.TokenHolder.PREFIX.length(), id))
              .flatMap(r -> repositoryTokens.find(r, credential.substring(id + 1)));
      if (token.isPresent()) {
        return new Grants.TokenHolder(token.get());
      }
    }
    throw new AuthenticationFailedException("what the bearer token was issued for is revoked");
  }
}
