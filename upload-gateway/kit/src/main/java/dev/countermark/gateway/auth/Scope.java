package dev.countermark.gateway.auth;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Set;

/** What a repository token is for; part of the public API. */
public enum Scope {
  /** Pull. */
  @JsonProperty("read")
  READ(Set.of(Action.PULL)),
  /**
   * Pull, push and delete packages: a registry's "write", as crane and cosign mean it when they ask
   * for {@code push,pull} before a delete. A job that cleans up so needs no admin token.
   */
  @JsonProperty("push")
  PUSH(Set.of(Action.PULL, Action.PUSH, Action.DELETE)),
  /** Everything in this one repository, its settings and tokens included. */
  @JsonProperty("admin")
  ADMIN(Set.of(Action.values()));

  private final Set<Action> actions;

  Scope(Set<Action> actions) {
    this.actions = actions;
  }

  public boolean allows(Action action) {
    return actions.contains(action);
  }
}
