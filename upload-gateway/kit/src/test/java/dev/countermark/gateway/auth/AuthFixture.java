package dev.countermark.gateway.auth;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.testkit.time.HandSetClock;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** An installation's authentication with a clock that the test moves. */
public final class AuthFixture {
  public static final String ADMIN = "the-admin-token-of-this-test";
  public static final String SECRET = "a-gateway-secret-of-more-than-32-bytes";

  /** More than any test tries by the way. */
  private static final int WRONG_TOKENS = 1_000_000;

  public static final RepositoryName APP = RepositoryName.of("acme/app");
  public static final RepositoryName OTHER = RepositoryName.of("acme/other");

  public final HandSetClock clock = new HandSetClock(Instant.parse("2026-11-24T08:00:00Z"));
  public final InMemoryBlobStore store = new InMemoryBlobStore(clock);
  public final Tokens tokens = new Tokens(store, clock);
  public final TokenUses uses = new TokenUses(tokens, clock);
  public final TestCaller caller = new TestCaller();
  private final RequestRates rates;
  public final GatewayAuthenticator authenticator;

  public AuthFixture() {
    this(0, 0);
  }

  /** Whose callers ask so often in a minute. */
  AuthFixture(int ofToken, int ofAddress) {
    this.rates = new RequestRates(ofToken, ofAddress, clock);
    this.authenticator = authenticator(ADMIN, SECRET);
  }

  /** Who is told to call. */
  public static final class TestCaller implements RequestCaller {
    public String address = "192.0.2.1";
    public String subject;
    private boolean counted;

    void nextRequest() {
      counted = false;
    }

    @Override
    public String address() {
      return address;
    }

    @Override
    public void is(String subject) {
      this.subject = subject;
    }

    @Override
    public boolean counts() {
      boolean first = !counted;
      counted = true;
      return first;
    }
  }

  public GatewayAuthenticator authenticator(String admin, String secret) {
    return new GatewayAuthenticator(
        admin,
        secret.getBytes(StandardCharsets.UTF_8),
        "registry.test:8080",
        new GatewayAuthenticator.Callers(tokens, uses, caller, rates, WRONG_TOKENS),
        clock);
  }

  public String token(RepositoryName repository, Scope first, Scope... more) {
    return tokens
        .create(
            Optional.of(repository), Tokens.Order.of(repository, EnumSet.of(first, more)), "test")
        .text();
  }

  public static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A bearer header for what the credential gets of the scopes.
   *
   * @param scopes {@code repository:owner/name[/…]:action,action}
   */
  public String bearer(String basic, String... scopes) throws Exception {
    Credential credential = authenticator.credential(basic);
    Map<RepositoryName, Set<Action>> granted = new TreeMap<>();
    for (String scope : scopes) {
      String[] parts = scope.split(":");
      String[] name = parts[1].split("/");
      RepositoryName repository = new RepositoryName(name[0], name[1]);
      Set<Action> actions = EnumSet.noneOf(Action.class);
      for (String action : parts[2].split(",")) {
        actions.add(Action.ofGrant(action).orElseThrow());
      }
      if (actions.contains(Action.PUSH)) {
        actions.add(Action.DELETE);
      }
      actions.removeIf(action -> !credential.holds(repository, action));
      if (!actions.isEmpty()) {
        granted.put(repository, actions);
      }
    }
    return "Bearer " + authenticator.bearerTokens().issue(credential.credential(), granted).token();
  }
}
