package dev.countermark.gateway.api;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.api.Answers.CreatedToken;
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

/** {@code /api/v1/repositories/{owner}/{name}/tokens}: make, list and revoke tokens. */
@Path("/api/v1/repositories/{owner}/{name}/tokens")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Tokens")
@SecurityRequirement(name = ManagementApi.TOKEN)
@APIResponse(responseCode = "400", ref = ProblemAnswers.MALFORMED)
@APIResponse(responseCode = "401", ref = ProblemAnswers.UNAUTHENTICATED)
@APIResponse(responseCode = "403", ref = ProblemAnswers.FORBIDDEN)
@APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
@APIResponse(responseCode = "406", ref = ProblemAnswers.NOT_ACCEPTABLE)
@APIResponse(responseCode = "429", ref = ProblemAnswers.TOO_MANY)
@APIResponse(responseCode = "500", ref = ProblemAnswers.UNFORESEEN)
@APIResponse(responseCode = "503", ref = ProblemAnswers.UNAVAILABLE)
public class TokensResource {
  private final Managers managers;
  private final RepositoryAdministration administration;
  private final Tokens tokens;
  private final Clock clock;
  private final Bodies bodies;

  TokensResource(
      Managers managers,
      RepositoryAdministration administration,
      Tokens tokens,
      Clock clock,
      Bodies bodies) {
    this.managers = managers;
    this.administration = administration;
    this.tokens = tokens;
    this.clock = clock;
    this.bodies = bodies;
  }

  /** Makes a token; the answer is the only place where it is ever shown. */
  @POST
  @Consumes(MediaType.WILDCARD)
  @Operation(
      operationId = "createToken",
      summary = "Make a token",
      description = "The token is in this answer and nowhere else: only its hash is stored.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = TokenRequests.NewToken.class)))
  @APIResponse(
      responseCode = "201",
      description = "made",
      content = @Content(schema = @Schema(implementation = CreatedToken.class)))
  @APIResponse(responseCode = "408", ref = ProblemAnswers.TOO_SLOW)
  @APIResponse(responseCode = "413", ref = ProblemAnswers.TOO_LARGE)
  public CompletionStage<Response> create(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name) {
    RepositoryName repository = Requests.repository(owner, name);
    String maker = managers.managerOf(repository, authorization).subject();
    RepositoryRecord seen = existing(repository);
    return StrictJson.receive(bodies.incoming(), TokenRequests.NewToken.class)
        .thenApply(wanted -> create(seen, wanted, maker));
  }

  Response create(RepositoryRecord seen, TokenRequests.NewToken wanted, String maker) {
    RepositoryName repository = seen.repository();
    var created =
        tokens.create(Optional.of(repository), wanted.checked(repository, clock.instant()), maker);
    requireStill(seen, created.record());
    return CreatedToken.of(created).response();
  }

  /** All tokens, revoked and expired ones included, without their secrets. */
  @GET
  @Operation(operationId = "listTokens", summary = "List tokens, without their secrets")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Answers.TokenList.class)))
  public Answers.TokenList list(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @Parameter(description = "page size, 1 to 200, default 100") @QueryParam("n") String n,
      @Parameter(description = "only tokens after this id") @QueryParam("last") String last) {
    RepositoryName repository = managed(owner, name, authorization);
    return Answers.TokenList.of(
        tokens.list(Optional.of(repository), TokenRequests.after(last), Requests.pageSize(n)),
        token -> true);
  }

  /** Revokes a token, and the bearer tokens that were issued for it. */
  @DELETE
  @Path("/{id}")
  @Operation(
      operationId = "revokeToken",
      summary = "Revoke a token",
      description = "For good; on other replicas within five seconds. It stays in the list.")
  @APIResponse(responseCode = "204", description = "revoked")
  public Response revoke(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("id") String id) {
    RepositoryName repository = managed(owner, name, authorization);
    if (!tokens.revoke(new TokenName(Optional.of(repository), id))) {
      throw new ProblemException(Kind.TOKEN_UNKNOWN, "the repository has no token of that id");
    }
    return Response.noContent().build();
  }

  /** A token that was made while its repository was deleted would open the one that comes next. */
  private void requireStill(RepositoryRecord seen, TokenRecord token) {
    if (administration
        .find(seen.repository())
        .filter(now -> now.createdAt().equals(seen.createdAt()))
        .isEmpty()) {
      tokens.takeBack(token);
      throw RepositoriesResource.unknown(seen.repository());
    }
  }

  private RepositoryName managed(String owner, String name, String authorization) {
    RepositoryName repository = Requests.repository(owner, name);
    managers.managerOf(repository, authorization);
    return existing(repository).repository();
  }

  private RepositoryRecord existing(RepositoryName repository) {
    return administration
        .find(repository)
        .orElseThrow(() -> RepositoriesResource.unknown(repository));
  }
}
