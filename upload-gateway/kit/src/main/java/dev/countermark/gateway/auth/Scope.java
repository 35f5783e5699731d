package dev.countermark.gateway.auth;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Set;

/** What a token is for; part of the public API. */
public enum Scope {
  /** Read packages; {@code read} is its name of before. */
  @JsonProperty("pull")
  @JsonAlias("read")
  PULL(Set.of(Action.PULL)),
  /** Upload packages, and read them: every client looks at what is there before it uploads. */
  @JsonProperty("push")
  PUSH(Set.of(Action.PULL, Action.PUSH)),
  /** Delete packages, and read them: they are named by what a client finds. */
  @JsonProperty("delete")
  DELETE(Set.of(Action.PULL, Action.DELETE)),
  /** Everything in the repositories that it is for, their settings and tokens included. */
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
