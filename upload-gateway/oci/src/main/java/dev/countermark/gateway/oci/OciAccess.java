package dev.countermark.gateway.oci;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.OciName;
import dev.countermark.gateway.addresses.PublicAddresses;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.auth.AuthenticationFailedException;
import dev.countermark.gateway.auth.Authenticator;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.repositories.Repositories;
import jakarta.ws.rs.core.HttpHeaders;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/** Who may do what with a registry, and which repository an image's name belongs to. */
final class OciAccess {
  private final Authenticator authenticator;
  private final Challenges plain;
  private final Challenges secure;
  private final Repositories repositories;

  OciAccess(
      Authenticator authenticator,
      AnonymousPull anonymous,
      Repositories repositories,
      PublicAddresses addresses) {
    this.authenticator = authenticator;
    this.plain = new Challenges(URI.create(addresses.base(false)), anonymous);
    this.secure = new Challenges(URI.create(addresses.base(true)), anonymous);
    this.repositories = repositories;
  }

  /** Credentials are asked for where the request came in: over TLS they stay there. */
  private Challenges challenges(boolean overTls) {
    return overTls ? secure : plain;
  }

  /**
   * Finds out who asks.
   *
   * @param authorization the header's value; null when there is none
   * @param overTls whether the request came over TLS
   * @throws Failed when nobody is told anything without credentials, or when they are not valid
   */
  Access authenticate(OciRoute route, String authorization, Action action, boolean overTls) {
    Challenges challenges = challenges(overTls);
    try {
      Access access = authenticator.authenticate(authorization);
      if (route.kind() == OciRoute.Kind.PING && !access.isAuthenticated()) {
        throw denied(challenges.ping());
      }
      if (route.kind() == OciRoute.Kind.CATALOG && !access.isAdministrator()) {
        throw access.isAuthenticated()
            ? OciCode.DENIED.failed("only the administrator lists all images")
            : denied(challenges.ping());
      }
      return access;
    } catch (AuthenticationFailedException e) {
      throw denied(
          route.name() == null
              ? challenges.invalidCredentials(e)
              : challenges.invalidCredentials(e, route.name().value(), action));
    }
  }

  private static Failed denied(Challenges.Denial denial) {
    Failed e = new Failed(denial.status(), denial.code(), denial.message());
    denial.challenge().ifPresent(c -> e.with(HttpHeaders.WWW_AUTHENTICATE, c));
    return e;
  }

  /**
   * The repository of an image.
   *
   * @param overTls whether the request came over TLS
   * @throws Failed when the caller may not do that there, or there is none
   */
  RepositoryRecord repository(OciRoute route, Access access, Action action, boolean overTls) {
    Challenges challenges = challenges(overTls);
    Optional<RepositoryName> name = repositoryOf(route.name());
    if (name.isEmpty()) {
      if (!access.isAuthenticated()) {
        throw denied(challenges.ping());
      }
      throw OciCode.NAME_UNKNOWN.failed(
          "an image is named owner/repository or owner/repository/image, and owner and repository"
              + " have letters, digits and dashes only");
    }
    challenges
        .check(access, name.get(), route.name().value(), action)
        .ifPresent(
            denial -> {
              throw denied(denial);
            });
    if (!access.isAuthenticated()) {
      authenticator.admitAnonymous();
    }
    Optional<RepositoryRecord> found = repositories.find(name.get());
    if (found.isPresent()) {
      return found.get();
    }
    if (action == Action.PUSH && access.isAdministrator()) {
      return repositories.findOrCreate(name.get());
    }
    if (route.kind() == OciRoute.Kind.REFERRERS || action == Action.PULL) {
      return new RepositoryRecord(0, name.get(), Instant.EPOCH);
    }
    throw OciCode.NAME_UNKNOWN.failed(
        "there is no repository "
            + name.get()
            + ": create it with PUT /api/v1/repositories/"
            + name.get());
  }

  /** The repository of a name that somebody was let into. */
  static RepositoryName requiredRepositoryOf(OciName name) {
    return repositoryOf(name)
        .orElseThrow(() -> new IllegalArgumentException("no repository has the name " + name));
  }

  /** Empty for a name that no repository can have. */
  static Optional<RepositoryName> repositoryOf(OciName name) {
    String[] parts = name.value().split("/", 3);
    return parts.length < 2 ? Optional.empty() : RepositoryName.parse(parts[0] + "/" + parts[1]);
  }
}
