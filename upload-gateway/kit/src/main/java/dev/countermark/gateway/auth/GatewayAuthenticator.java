package dev.countermark.gateway.auth;

import java.time.Clock;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Knows the admin token, the tokens in the store and the bearer tokens of the token endpoint. Every
 * bearer token is traced back to its credential at each request: when that is revoked, expires or
 * is replaced, the bearer token ends too (within {@link Tokens#CACHED}).
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
  private final Tokens tokens;
  private final TokenUses uses;
  private final WrongTokens wrong;
  private final RequestRates rates;
  private final RequestCaller caller;

  /**
   * What the authenticator does beside saying yes or no.
   *
   * @param tokens what it looks tokens up in
   * @param uses where it says which ones were used
   * @param caller of the request that is answered
   * @param rates how often callers may ask
   * @param wrongTokens credentials that are not valid, most from one address in a minute
   */
  public record Callers(
      Tokens tokens, TokenUses uses, RequestCaller caller, RequestRates rates, int wrongTokens) {}

  /**
   * @param adminToken {@code countermark.gateway.admin-token}
   * @param secret {@code countermark.gateway.secret}, UTF-8; the same on every replica
   * @param service host and port of the public URL
   * @throws IllegalArgumentException when one of the secrets is too short to be one
   */
  public GatewayAuthenticator(
      String adminToken, byte[] secret, String service, Callers callers, Clock clock) {
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
    this.tokens = callers.tokens();
    this.uses = callers.uses();
    this.caller = callers.caller();
    this.rates = callers.rates();
    this.wrong = new WrongTokens(callers.wrongTokens(), clock);
  }

  @Override
  public Access authenticate(String authorizationHeaderOrNull)
      throws AuthenticationFailedException {
    return known(counted(() -> access(authorizationHeaderOrNull)));
  }

  private Access access(String authorizationHeaderOrNull) throws AuthenticationFailedException {
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
  public Access authenticateToken(String token, String authorizationHeaderOrNull)
      throws AuthenticationFailedException {
    Optional<Credential> own = authorizationHeaderOrNull == null ? Optional.empty() : lookUp(token);
    if (own.isPresent()) {
      return known(own.get());
    }
    return authorizationHeaderOrNull == null
        ? known(counted(() -> required(token, "the token is not valid")))
        : authenticate(authorizationHeaderOrNull);
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
          "send the admin token, or a token with the scope admin, as bearer token");
    }
    return known(counted(() -> required(header.get().secret(), "the token is not valid")));
  }

  /**
   * The credential behind user name and password.
   *
   * @param header as for {@link #authenticate}; a bearer token is refused
   */
  public Credential credential(String header) throws AuthenticationFailedException {
    Optional<AuthorizationHeader> parsed = AuthorizationHeader.parse(header);
    if (parsed.isEmpty()) {
      admitAnonymous();
      return anonymous;
    }
    if (parsed.get().isBearer()) {
      throw new AuthenticationFailedException("the token endpoint takes user name and password");
    }
    return credentialOfPassword(parsed.get().secret());
  }

  /** The credential behind a password; the user name does not matter. */
  public Credential credentialOfPassword(String password) throws AuthenticationFailedException {
    return known(counted(() -> required(password, "the password is not a valid token")));
  }

  /** Credentials that are looked at. */
  private interface Attempt<T> {
    T make() throws AuthenticationFailedException;
  }

  /** What is not valid counts against the address that it came from. */
  private <T> T counted(Attempt<T> attempt) throws AuthenticationFailedException {
    try {
      return attempt.make();
    } catch (AuthenticationFailedException e) {
      wrong.wrong(caller.address());
      throw e;
    }
  }

  private <T extends Access> T known(T access) {
    caller.is(access.subject());
    if (access.isAuthenticated()) {
      rates.known(access, caller);
    }
    return access;
  }

  @Override
  public void admitAnonymous() {
    rates.unknown(caller);
  }

  private Credential required(String secret, String refusal) throws AuthenticationFailedException {
    return lookUp(secret).orElseThrow(() -> new AuthenticationFailedException(refusal));
  }

  public BearerTokens bearerTokens() {
    return bearerTokens;
  }

  private Optional<Credential> lookUp(String secret) {
    if (Hashes.equal(secret, adminToken)) {
      return Optional.of(administrator);
    }
    Optional<TokenText> text = TokenText.parse(secret);
    text.ifPresent(t -> wrong.requireMayTry(caller.address(), t.name()));
    Optional<TokenRecord> token = text.flatMap(tokens::verify);
    token.ifPresent(t -> wrong.valid(t.name()));
    return token.map(this::holder);
  }

  private Credential holder(TokenRecord token) {
    uses.saw(token);
    return new Grants.TokenHolder(token);
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
    Optional<TokenRecord> token =
        credential.startsWith(Grants.TokenHolder.PREFIX)
            ? TokenName.parse(credential.substring(Grants.TokenHolder.PREFIX.length()))
                .flatMap(tokens::find)
            : Optional.empty();
    return token
        .map(this::holder)
        .orElseThrow(
            () ->
                new AuthenticationFailedException(
                    "what the bearer token was issued for is revoked"));
  }
}
