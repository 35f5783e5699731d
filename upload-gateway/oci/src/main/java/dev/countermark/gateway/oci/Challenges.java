package dev.countermark.gateway.oci;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.auth.AuthenticationFailedException;
import java.net.URI;
import java.util.Optional;

/**
 * Decides how a registry request that is not allowed is answered, and where to get a token.
 *
 * <p>Realm and service come from the public URLs alone: a realm taken from the request's Host
 * header would let a forged Host send credentials elsewhere, and clients insist on the registry's
 * own host.
 */
final class Challenges {
  private final String realm;
  private final String service;
  private final AnonymousPull anonymous;

  /**
   * @param publicUrl the one by which requests come: scheme, host and port
   */
  Challenges(URI publicUrl, AnonymousPull anonymous) {
    this.realm = publicUrl.getScheme() + "://" + publicUrl.getRawAuthority() + "/v2/token";
    this.service = publicUrl.getRawAuthority();
    this.anonymous = anonymous;
  }

  /** The {@code WWW-Authenticate} header of {@code GET /v2/}. */
  String forPing() {
    return bearer();
  }

  /**
   * The header for a request to one image.
   *
   * @param ociName full OCI name as in the address
   * @param action what the request needs
   */
  String forAction(String ociName, Action action) {
    return bearer() + ",scope=\"" + scope(ociName, action) + "\"";
  }

  /**
   * Why an access is not enough, and what to answer; empty when it is enough.
   *
   * @param ociName full OCI name; must be valid, it is repeated in the header
   */
  Optional<Denial> check(Access access, RepositoryName repository, String ociName, Action action) {
    if (anonymous.allows(access, repository, action)) {
      return Optional.empty();
    }
    String needed = forAction(ociName, action);
    if (access.couldHold(repository, action)) {
      return Optional.of(
          unauthorized("the token does not cover this", needed + ",error=\"insufficient_scope\""));
    }
    if (access.isAuthenticated() && !access.subject().equals("anonymous")) {
      return Optional.of(
          new Denial(
              403,
              "DENIED",
              access.subject() + " may not " + verb(action) + " " + ociName,
              Optional.empty()));
    }
    return Optional.of(unauthorized("authentication is required", needed));
  }

  /** The answer to credentials that are not valid, where no image is named. */
  Denial invalidCredentials(AuthenticationFailedException e) {
    return unauthorized(e.getMessage(), bearer() + ",error=\"invalid_token\"");
  }

  /** The answer to credentials that are not valid, in a request to one image. */
  Denial invalidCredentials(AuthenticationFailedException e, String ociName, Action action) {
    return unauthorized(e.getMessage(), forAction(ociName, action) + ",error=\"invalid_token\"");
  }

  /** The answer to a ping without credentials. */
  Denial ping() {
    return unauthorized("authentication is required", forPing());
  }

  private static Denial unauthorized(String message, String challenge) {
    return new Denial(401, "UNAUTHORIZED", message, Optional.of(challenge));
  }

  private String bearer() {
    return "Bearer realm=\"" + realm + "\",service=\"" + service + "\"";
  }

  private static String scope(String ociName, Action action) {
    return "repository:" + ociName + ":" + actions(action);
  }

  /** Who may push reads back what is there: clients ask for both at once. */
  private static String actions(Action action) {
    return action == Action.PUSH ? "pull,push" : verb(action);
  }

  private static String verb(Action action) {
    return action.grant().orElse("manage");
  }

  /**
   * @param status 401 or 403
   * @param code of the registry's error body
   * @param message for people; no secrets
   * @param challenge value of {@code WWW-Authenticate}, with 401
   */
  record Denial(int status, String code, String message, Optional<String> challenge) {}
}
