package dev.countermark.gateway.oci;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.auth.AuthChallenge;
import dev.countermark.gateway.auth.AuthenticationFailedException;
import dev.countermark.gateway.auth.BearerTokens;
import dev.countermark.gateway.auth.Credential;
import dev.countermark.gateway.auth.GatewayAuthenticator;
import dev.countermark.gateway.auth.TooManyRequestsException;
import dev.countermark.gateway.content.BusyException;
import dev.countermark.gateway.content.IncomingBody;
import dev.countermark.gateway.content.TooSlowException;
import dev.countermark.gateway.kit.Entrance;
import dev.countermark.gateway.kit.Trouble;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * {@code /v2/token}: user name and password for a short-lived bearer token. What was asked for and
 * is not allowed is left out silently; clients see that at their next request. The parameters
 * {@code service}, {@code account}, {@code client_id}, {@code offline_token} and {@code
 * access_type} are accepted and change nothing: there are no refresh tokens.
 */
@Path("/v2/token")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
public class TokenEndpoint {
  /** A token, a name and as many scopes as are taken. */
  private static final int LARGEST_FORM = 64 << 10;

  private final GatewayAuthenticator authenticator;
  private final AnonymousPull anonymous;
  private final Entrance entrance;

  TokenEndpoint(GatewayAuthenticator authenticator, AnonymousPull anonymous, Entrance entrance) {
    this.authenticator = authenticator;
    this.anonymous = anonymous;
    this.entrance = entrance;
  }

  /** As docker, skopeo, crane, cosign and oras ask; without credentials for public pulls. */
  @GET
  @Operation(hidden = true)
  public CompletionStage<Response> get(
      @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @QueryParam("scope") List<String> scopes) {
    return entrance.later(() -> answer(authorization, scopes));
  }

  private Response answer(String authorization, List<String> scopes) {
    try {
      return issue(authenticator.credential(authorization), scopes);
    } catch (AuthenticationFailedException e) {
      return wrongCredentials(e);
    } catch (TooManyRequestsException e) {
      return tooMany(e);
    } catch (Failure.Transient e) {
      return unavailable();
    }
  }

  /** As containerd asks: OAuth 2 form, several scopes in one field. */
  @POST
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @Operation(hidden = true)
  public CompletionStage<Response> post(
      @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization) {
    return entrance
        .incoming()
        .whole(LARGEST_FORM, piece -> form(piece.open().readAllBytes()))
        .handle(
            (form, failure) -> failure == null ? answer(form, authorization) : unreadable(failure));
  }

  private static Response unreadable(Throwable failure) {
    if (failure instanceof IncomingBody.TooLargeException) {
      return error(413, "invalid_request", "SIZE_INVALID", "the form is too large");
    }
    if (failure instanceof TooSlowException) {
      return error(
          Trouble.TOO_SLOW.status(), "invalid_request", "UNSUPPORTED", failure.getMessage());
    }
    return failure instanceof BusyException
        ? unavailable()
        : error(400, "invalid_request", "UNSUPPORTED", "that is no form");
  }

  private Response answer(MultivaluedMap<String, String> form, String authorization) {
    String grant = form.getFirst("grant_type");
    if (!"password".equals(grant)) {
      return error(
          400,
          "unsupported_grant_type",
          "UNSUPPORTED",
          "grant_type must be password; refresh tokens are not issued");
    }
    String user = form.getFirst("username");
    String password = form.getFirst("password");
    try {
      Credential credential =
          isEmpty(user) && isEmpty(password)
              ? authenticator.credential(authorization)
              : authenticator.credentialOfPassword(password == null ? "" : password);
      return issue(credential, form.getOrDefault("scope", List.of()));
    } catch (AuthenticationFailedException e) {
      return wrongCredentials(e);
    } catch (TooManyRequestsException e) {
      return tooMany(e);
    } catch (Failure.Transient e) {
      return unavailable();
    }
  }

  /**
   * Read here: the framework would take any number of bytes.
   *
   * @throws IllegalArgumentException when something is escaped that cannot be
   */
  private static MultivaluedMap<String, String> form(byte[] content) {
    MultivaluedMap<String, String> form = new MultivaluedHashMap<>();
    for (String field : new String(content, StandardCharsets.UTF_8).split("&", -1)) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        form.add(unescaped(field.substring(0, equals)), unescaped(field.substring(equals + 1)));
      }
    }
    return form;
  }

  private static String unescaped(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private Response issue(Credential credential, List<String> scopes) {
    Map<RepositoryName, Set<Action>> wanted;
    try {
      wanted = RequestedScopes.parse(scopes);
    } catch (RequestedScopes.TooManyException e) {
      return error(400, "invalid_scope", "UNSUPPORTED", e.getMessage());
    }
    BearerTokens.Issued issued =
        authenticator
            .bearerTokens()
            .issue(credential.credential(), TokenGrants.grant(credential, anonymous, wanted));
    return Response.ok(
            new TokenResponse(
                issued.token(),
                issued.token(),
                "Bearer",
                BearerTokens.LIFETIME.toSeconds(),
                issued.at().toString()))
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  private static Response wrongCredentials(AuthenticationFailedException e) {
    return Response.fromResponse(error(401, "invalid_grant", "UNAUTHORIZED", e.getMessage()))
        .header(HttpHeaders.WWW_AUTHENTICATE, AuthChallenge.BASIC)
        .build();
  }

  private static Response tooMany(TooManyRequestsException e) {
    return Response.fromResponse(
            error(Trouble.TOO_MANY.status(), "slow_down", "TOOMANYREQUESTS", e.getMessage()))
        .header(HttpHeaders.RETRY_AFTER, e.retryAfter())
        .build();
  }

  private static Response unavailable() {
    return Response.fromResponse(
            error(
                Trouble.UNAVAILABLE.status(),
                "temporarily_unavailable",
                "UNAVAILABLE",
                "tokens cannot be looked up at the moment: try again"))
        .header(HttpHeaders.RETRY_AFTER, Trouble.UNAVAILABLE.retryAfter())
        .build();
  }

  /** Both shapes in one: OAuth 2 clients read {@code error}, registry clients {@code errors}. */
  private static Response error(int status, String error, String code, String message) {
    return Response.status(status)
        .entity(new ErrorResponse(error, message, List.of(new ErrorResponse.Entry(code, message))))
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  private static boolean isEmpty(String text) {
    return text == null || text.isEmpty();
  }

  /** The answer: the same token under the names that either kind of client reads. */
  record TokenResponse(
      @JsonProperty("token") String token,
      @JsonProperty("access_token") String accessToken,
      @JsonProperty("token_type") String tokenType,
      @JsonProperty("expires_in") long expiresIn,
      @JsonProperty("issued_at") String issuedAt) {
    /** Without the token. */
    @Override
    public String toString() {
      return "token response of " + issuedAt;
    }
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record ErrorResponse(
      @JsonProperty("error") String error,
      @JsonProperty("error_description") String description,
      @JsonProperty("errors") List<Entry> errors) {
    record Entry(String code, String message) {}
  }
}
