package dev.countermark.gateway.oci;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.Action;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads the {@code scope} parameters of a token request. Clients send several parameters, several
 * scopes in one parameter, and the actions in any order; what is not understood is not granted.
 *
 * @see "the registry's token scope documentation: type:name:action,action"
 */
final class RequestedScopes {
  /** Most scopes that one request may name. */
  static final int MAX = 64;

  private RequestedScopes() {}

  /**
   * @param parameters the values of all {@code scope} parameters
   * @return the wanted actions of each repository, in order of its name
   * @throws TooManyException when more than 64 are named
   */
  static Map<RepositoryName, Set<Action>> parse(List<String> parameters) throws TooManyException {
    List<String> scopes = new ArrayList<>();
    for (String parameter : parameters) {
      for (String scope : parameter.split(" ", MAX + 2)) {
        if (!scope.isEmpty()) {
          scopes.add(scope);
        }
        if (scopes.size() > MAX) {
          throw new TooManyException();
        }
      }
    }
    Map<RepositoryName, Set<Action>> wanted = new TreeMap<>();
    for (String scope : scopes) {
      int type = scope.indexOf(':');
      int actions = scope.lastIndexOf(':');
      if (type < 0 || actions == type || !scope.substring(0, type).equals("repository")) {
        continue;
      }
      Optional<RepositoryName> repository = repositoryOf(scope.substring(type + 1, actions));
      Set<Action> set = actions(scope.substring(actions + 1));
      if (repository.isPresent() && !set.isEmpty()) {
        wanted.computeIfAbsent(repository.get(), r -> EnumSet.noneOf(Action.class)).addAll(set);
      }
    }
    return wanted;
  }

  /**
   * The repository of an OCI name: its first two components.
   *
   * @return empty when there are fewer, or they are no repository name
   */
  static Optional<RepositoryName> repositoryOf(String ociName) {
    int owner = ociName.indexOf('/');
    int repository = owner < 0 ? -1 : ociName.indexOf('/', owner + 1);
    return RepositoryName.parse(repository < 0 ? ociName : ociName.substring(0, repository));
  }

  private static Set<Action> actions(String list) {
    Set<Action> actions = EnumSet.noneOf(Action.class);
    for (String name : list.split(",")) {
      if (name.equals("*")) {
        Arrays.stream(Action.values()).filter(a -> a.grant().isPresent()).forEach(actions::add);
      }
      Action.ofGrant(name).ifPresent(actions::add);
    }
    return actions;
  }

  /** More scopes than a client has reason to ask for. */
  static final class TooManyException extends Exception {
    TooManyException() {
      super("more than " + MAX + " scopes in one request");
    }
  }
}
