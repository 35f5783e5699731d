package dev.countermark.gateway.auth;

import dev.countermark.contracts.RepositoryName;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The kinds of {@link Access}. What none of them allows is refused. */
final class Grants {
  private Grants() {}

  /** Nobody in particular. */
  record Anonymous() implements Credential {
    static final String CREDENTIAL = "anonymous";

    @Override
    public boolean holds(RepositoryName repository, Action action) {
      return false;
    }

    @Override
    public boolean isAdministrator() {
      return false;
    }

    @Override
    public boolean isAuthenticated() {
      return false;
    }

    @Override
    public String subject() {
      return "anonymous";
    }

    @Override
    public String credential() {
      return CREDENTIAL;
    }
  }

  /**
   * The holder of the installation's admin token.
   *
   * @param credential {@code admin:} and a fingerprint of the admin token, so that bearer tokens
   *     end with it
   */
  record Administrator(String credential) implements Credential {
    static final String PREFIX = "admin:";

    @Override
    public boolean holds(RepositoryName repository, Action action) {
      return true;
    }

    @Override
    public List<RepositoryPattern> managed() {
      return List.of(RepositoryPattern.ALL);
    }

    @Override
    public boolean isOfInstallation() {
      return true;
    }

    @Override
    public boolean isAdministrator() {
      return true;
    }

    @Override
    public boolean isAuthenticated() {
      return true;
    }

    @Override
    public String subject() {
      return "admin";
    }
  }

  /** The holder of a token. */
  record TokenHolder(TokenRecord token) implements Credential {
    static final String PREFIX = "token:";

    @Override
    public boolean holds(RepositoryName repository, Action action) {
      return token.allows(repository, action);
    }

    @Override
    public List<RepositoryPattern> managed() {
      return token.managed();
    }

    @Override
    public boolean isOfInstallation() {
      return token.repository().isEmpty();
    }

    @Override
    public boolean isAdministrator() {
      return token.administrator();
    }

    @Override
    public boolean isAuthenticated() {
      return true;
    }

    @Override
    public String subject() {
      return "token " + token.name();
    }

    @Override
    public String credential() {
      return PREFIX + token.name();
    }
  }

  /**
   * The holder of a bearer token: what was granted to it and its credential still allows.
   *
   * @param holder who it was issued for
   */
  record Bearer(Credential holder, Map<RepositoryName, Set<Action>> granted) implements Access {
    @Override
    public boolean holds(RepositoryName repository, Action action) {
      return granted.getOrDefault(repository, Set.of()).contains(action)
          && holder.holds(repository, action);
    }

    @Override
    public boolean couldHold(RepositoryName repository, Action action) {
      return action.grant().isPresent() && holder.holds(repository, action);
    }

    @Override
    public boolean isAdministrator() {
      return holder.isAdministrator();
    }

    /**
     * True also for a token that was issued to an anonymous caller: it went through the endpoint.
     */
    @Override
    public boolean isAuthenticated() {
      return true;
    }

    @Override
    public String subject() {
      return holder.subject();
    }
  }
}
