package dev.countermark.gateway.auth;

import java.util.Arrays;
import java.util.Optional;

/** What a caller may do with a repository. */
public enum Action {
  /** Read packages. */
  PULL("pull"),
  /** Upload packages. */
  PUSH("push"),
  /** Delete packages. */
  DELETE("delete"),
  /** Configure the repository and manage its tokens; no bearer token carries it. */
  ADMIN(null);

  private final String grant;

  Action(String grant) {
    this.grant = grant;
  }

  /** As bearer tokens and their scopes say it; empty for what none can carry. */
  public Optional<String> grant() {
    return Optional.ofNullable(grant);
  }

  /** Reads {@link #grant}. */
  public static Optional<Action> ofGrant(String name) {
    return Arrays.stream(values()).filter(a -> name.equals(a.grant)).findFirst();
  }
}
