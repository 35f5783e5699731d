package dev.countermark.gateway.auth;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.RepositoryName;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** An installation's authentication with a clock that the test moves. */
final class AuthFixture {
  static final String ADMIN = "the-admin-token-of-this-test";
  static final String SECRET = "a-gateway-secret-of-more-than-32-bytes";
  static final RepositoryName APP = RepositoryName.of("acme/app");
  static final RepositoryName OTHER = RepositoryName.of("acme/other");

  final MovingClock clock = new MovingClock();
  final InMemoryBlobStore store = new InMemoryBlobStore(clock);
  final RepositoryTokens tokens = new RepositoryTokens(store, clock);
  final Set<RepositoryName> publicRepositories = new HashSet<>();
  final GatewayAuthenticator authenticator = authenticator(ADMIN, SECRET);

  GatewayAuthenticator authenticator(String admin, String secret) {
    return new GatewayAuthenticator(
        admin,
        secret.getBytes(StandardCharsets.UTF_8),
        "registry.test:8080",
        tokens,
        publicRepositories::contains,
        clock);
  }

  String token(RepositoryName repository, Scope first, Scope... more) {
    return tokens
        .create(repository, EnumSet.of(first, more), Optional.empty(), Optional.empty())
        .text();
  }

  static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /** A bearer header for what the credential gets of the scopes. */
  String bearer(String basic, String... scopes) throws Exception {
    var credential = authenticator.credential(basic);
    var granted = TokenGrants.grant(credential, RequestedScopes.parse(java.util.List.of(scopes)));
    return "Bearer " + authenticator.bearerTokens().issue(credential.credential(), granted).token();
  }

  static final class MovingClock extends Clock {
    private Instant now = Instant.parse("2026-11-24T08:00:00Z");

    void advance(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }
}
