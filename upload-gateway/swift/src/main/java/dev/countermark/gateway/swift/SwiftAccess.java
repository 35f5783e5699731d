package dev.countermark.gateway.swift;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.auth.AuthChallenge;
import dev.countermark.gateway.kit.DeniedException;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.RepositoryAccess;
import dev.countermark.gateway.kit.RepositoryAccess.Credentials;
import java.util.Optional;

/** Who may do what with a registry. Tokens come as bearer token or as password. */
final class SwiftAccess {
  private final RepositoryAccess<SwiftSettings> access;

  SwiftAccess(RepositoryAccess<SwiftSettings> access) {
    this.access = access;
  }

  /**
   * A caller who may do what he asked for.
   *
   * @param subject who it is, for logs
   * @param isPublic whether what it answers may be kept by caches that others use
   */
  record Granted(
      RepositoryRecord repository, SwiftSettings settings, String subject, boolean isPublic) {}

  /**
   * Checks a caller.
   *
   * @param authorization the header's value
   * @throws Failed 401, 403 or 404
   */
  Granted check(RepositoryName name, Action action, Optional<String> authorization) {
    try {
      RepositoryAccess.Granted<SwiftSettings> granted =
          access.check(name, action, new Credentials(authorization, Optional.empty()));
      return new Granted(
          granted.repository(), granted.settings(), granted.access().subject(), granted.isPublic());
    } catch (DeniedException e) {
      throw denied(e, name);
    }
  }

  private static Failed denied(DeniedException e, RepositoryName name) {
    return switch (e.reason()) {
      case INVALID_CREDENTIALS -> invalid();
      case NO_CREDENTIALS ->
          challenge(
              "This registry needs a token: log in with swift package-registry login, or send it as"
                  + " bearer token or password.");
      case READ_ONLY ->
          new Failed(403, "This token may only read: use one with scope push for " + name + ".");
      case FORBIDDEN ->
          SwiftDialect.notFound("There is no registry here, or this token is not for it.");
      case UNKNOWN_REPOSITORY ->
          SwiftDialect.notFound(
              "There is no repository "
                  + name
                  + ": create it first, or publish with the admin token.");
    };
  }

  /**
   * Checks credentials.
   *
   * @param name whose registry they must be good for; empty for any
   * @throws Failed 401
   */
  void login(Optional<RepositoryName> name, Optional<String> authorization) {
    Access caller = authenticate(authorization);
    if (!caller.isAuthenticated()) {
      throw challenge("Send a token: swift package-registry login URL --token TOKEN.");
    }
    boolean good =
        name.isEmpty()
            || caller.isAdministrator()
            || caller.holds(name.get(), Action.PULL)
            || access.isOpen(name.get());
    if (!good) {
      throw challenge("This token is not for " + name.get() + ".");
    }
  }

  private Access authenticate(Optional<String> authorization) {
    try {
      return access.authenticate(new Credentials(authorization, Optional.empty()));
    } catch (DeniedException e) {
      throw invalid();
    }
  }

  private static Failed invalid() {
    return challenge("The token is not valid: it was revoked, has expired or is misspelled.");
  }

  /** Not {@code Basic}: Swift 6.0 on Linux then waits forever instead of telling its user. */
  private static Failed challenge(String detail) {
    return new Failed(401, detail).with("WWW-Authenticate", AuthChallenge.BEARER);
  }
}
