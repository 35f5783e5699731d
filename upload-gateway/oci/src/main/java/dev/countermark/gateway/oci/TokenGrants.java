package dev.countermark.gateway.oci;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.auth.Credential;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a bearer token gets of what was asked for: the part that its credential allows. */
final class TokenGrants {
  private TokenGrants() {}

  /**
   * @return only repositories with at least one action
   */
  static Map<RepositoryName, Set<Action>> grant(
      Credential credential, AnonymousPull anonymous, Map<RepositoryName, Set<Action>> wanted) {
    Map<RepositoryName, Set<Action>> granted = new TreeMap<>();
    wanted.forEach(
        (repository, actions) -> {
          Set<Action> asked = EnumSet.copyOf(actions);
          if (asked.contains(Action.PUSH)) {
            // crane and cosign ask for push and pull when they are about to delete.
            asked.add(Action.DELETE);
          }
          asked.removeIf(action -> !anonymous.allows(credential, repository, action));
          if (!asked.isEmpty()) {
            granted.put(repository, asked);
          }
        });
    return granted;
  }
}
