package dev.countermark.gateway.api;

import dev.countermark.gateway.api.Answers.CreatedToken;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.RepositoryPattern;
import dev.countermark.gateway.auth.TokenGrant;
import dev.countermark.gateway.auth.TokenName;
import dev.countermark.gateway.auth.TokenRecord;
import dev.countermark.gateway.auth.Tokens;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemAnswers;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.StrictJson;
import dev.countermark.gateway.transfer.Bodies;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * {@code /api/v1/tokens}: tokens for an owner, for several repositories or for all of them, and of
 * administrators. Whoever manages repositories makes tokens for these and no others.
 */
@Path("/api/v1/tokens")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Tokens")
@SecurityRequirement(name = ManagementApi.TOKEN)
@APIResponse(responseCode = "400", ref = ProblemAnswers.MALFORMED)
@APIResponse(responseCode = "401", ref = ProblemAnswers.UNAUTHENTICATED)
@APIResponse(responseCode = "403", ref = ProblemAnswers.FORBIDDEN)
@APIResponse(responseCode = "406", ref = ProblemAnswers.NOT_ACCEPTABLE)
@APIResponse(responseCode = "429", ref = ProblemAnswers.TOO_MANY)
@APIResponse(responseCode = "500", ref = ProblemAnswers.UNFORESEEN)
@APIResponse(responseCode = "503", ref = ProblemAnswers.UNAVAILABLE)
public class InstallationTokensResource {
  private final Managers managers;
  private final Tokens tokens;
  private final Clock clock;
  private final Bodies bodies;

  InstallationTokensResource(Managers managers, Tokens tokens, Clock clock, Bodies bodies) {
    this.managers = managers;
    this.tokens = tokens;
    this.clock = clock;
    this.bodies = bodies;
  }

  /** Makes a token; the answer is the only place where it is ever shown. */
  @POST
  @Consumes(MediaType.WILDCARD)
  @Operation(
      operationId = "createInstallationToken",
      summary = "Make a token for several repositories, or of an administrator",
      description =
          "Only for repositories that the caller manages. The token is in this answer and nowhere"
              + " else: only its hash is stored.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = TokenRequests.NewInstallationToken.class)))
  @APIResponse(
      responseCode = "201",
      description = "made",
      content = @Content(schema = @Schema(implementation = CreatedToken.class)))
  @APIResponse(responseCode = "408", ref = ProblemAnswers.TOO_SLOW)
  @APIResponse(responseCode = "413", ref = ProblemAnswers.TOO_LARGE)
  public CompletionStage<Response> create(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization) {
    Access maker = managers.managerOfTokens(authorization);
    return StrictJson.receive(bodies.incoming(), TokenRequests.NewInstallationToken.class)
        .thenApply(wanted -> create(wanted.checked(clock.instant()), maker));
  }

  private Response create(Tokens.Order order, Access maker) {
    if (!manages(maker, order.administrator(), order.grants())) {
      throw new ProblemException(
          Kind.FORBIDDEN, "a token may only be for repositories that its maker manages");
    }
    return CreatedToken.of(tokens.create(Optional.empty(), order, maker.subject())).response();
  }

  /** The tokens that the caller manages, revoked and expired ones included. */
  @GET
  @Operation(
      operationId = "listInstallationTokens",
      summary = "List tokens for several repositories, without their secrets",
      description =
          "Those for repositories that the caller manages. A page may have fewer than were asked"
              + " for, or none, while there is a next one.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Answers.TokenList.class)))
  public Answers.TokenList list(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @Parameter(description = "page size, 1 to 200, default 100") @QueryParam("n") String n,
      @Parameter(description = "only tokens after this id") @QueryParam("last") String last) {
    Access caller = managers.managerOfTokens(authorization);
    Tokens.TokenPage page =
        tokens.list(Optional.empty(), TokenRequests.after(last), Requests.pageSize(n));
    return Answers.TokenList.of(page, token -> manages(caller, token));
  }

  /** Revokes a token, and the bearer tokens that were issued for it. */
  @DELETE
  @Path("/{id}")
  @Operation(
      operationId = "revokeInstallationToken",
      summary = "Revoke a token for several repositories",
      description = "For good; on other replicas within five seconds. It stays in the list.")
  @APIResponse(responseCode = "204", description = "revoked")
  @APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
  public Response revoke(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("id") String id) {
    Access caller = managers.managerOfTokens(authorization);
    TokenName name = new TokenName(Optional.empty(), id);
    if (tokens.look(name).filter(token -> manages(caller, token)).isEmpty()
        || !tokens.revoke(name)) {
      throw new ProblemException(Kind.TOKEN_UNKNOWN, "there is no token of that id");
    }
    return Response.noContent().build();
  }

  private static boolean manages(Access caller, TokenRecord token) {
    return manages(caller, token.administrator(), token.grants());
  }

  private static boolean manages(Access caller, boolean administrator, List<TokenGrant> grants) {
    return caller.isAdministrator()
        || !administrator
            && grants.stream()
                .flatMap(g -> g.repositories().stream())
                .allMatch(pattern -> covers(caller.managed(), pattern));
  }

  private static boolean covers(List<RepositoryPattern> managed, RepositoryPattern wanted) {
    return managed.stream().anyMatch(m -> m.covers(wanted));
  }
}
