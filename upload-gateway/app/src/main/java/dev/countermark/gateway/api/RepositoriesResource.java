package dev.countermark.gateway.api;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.api.Answers.Repository;
import dev.countermark.gateway.api.RepositoryAdministration.Listing;
import dev.countermark.gateway.api.RepositoryAdministration.Manager;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.Problem;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemAnswers;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.StrictJson;
import dev.countermark.gateway.resync.CampaignStatus;
import dev.countermark.gateway.transfer.Bodies;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
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

/** {@code /api/v1/repositories}: create, configure, list, read, delete, resync. */
@Path("/api/v1/repositories")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Repositories")
@SecurityRequirement(name = ManagementApi.TOKEN)
@APIResponse(responseCode = "400", ref = ProblemAnswers.MALFORMED)
@APIResponse(responseCode = "401", ref = ProblemAnswers.UNAUTHENTICATED)
@APIResponse(responseCode = "403", ref = ProblemAnswers.FORBIDDEN)
@APIResponse(responseCode = "406", ref = ProblemAnswers.NOT_ACCEPTABLE)
@APIResponse(responseCode = "429", ref = ProblemAnswers.TOO_MANY)
@APIResponse(responseCode = "500", ref = ProblemAnswers.UNFORESEEN)
@APIResponse(responseCode = "503", ref = ProblemAnswers.UNAVAILABLE)
public class RepositoriesResource {
  private final Managers managers;
  private final RepositoryAdministration administration;
  private final PlannedResyncs resyncs;
  private final GatewayFormats formats;
  private final Bodies bodies;

  RepositoriesResource(
      Managers managers,
      RepositoryAdministration administration,
      PlannedResyncs resyncs,
      GatewayFormats formats,
      Bodies bodies) {
    this.managers = managers;
    this.administration = administration;
    this.resyncs = resyncs;
    this.formats = formats;
    this.bodies = bodies;
  }

  /** The repositories that the caller manages. */
  @GET
  @Operation(
      operationId = "listRepositories",
      summary = "List repositories",
      description =
          "In order of name: those that the token manages. A page may have fewer than were asked"
              + " for, or none, while there is a next one.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Answers.Repositories.class)))
  public Answers.Repositories list(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @Parameter(description = "page size, 1 to 200, default 100") @QueryParam("n") String n,
      @Parameter(description = "only repositories after this one") @QueryParam("last")
          String last) {
    Access access = managers.anyManager(authorization);
    int size = Requests.pageSize(n);
    Optional<RepositoryName> after = Optional.empty();
    if (last != null && !last.isEmpty()) {
      after = RepositoryName.parse(last);
      if (after.isEmpty()) {
        throw new ProblemException(Kind.INVALID_VALUE, "last must be a repository, owner/name");
      }
    }
    Listing listing =
        administration.list(
            after, size, name -> access.managed().stream().anyMatch(m -> m.matches(name)));
    return new Answers.Repositories(
        listing.repositories().stream().map(r -> Repository.of(r, formats)).toList(),
        listing.next().map(RepositoryName::toString).orElse(null));
  }

  /** Creates a repository or replaces all settings of an existing one. */
  @PUT
  @Path("/{owner}/{name}")
  @Consumes(MediaType.WILDCARD)
  @Operation(
      operationId = "putRepository",
      summary = "Create or configure a repository",
      description =
          "Replaces all settings: what the body leaves out gets its default, so {} means the"
              + " defaults. Unknown members are refused. Only tokens of the"
              + " installation create repositories.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Requests.RepositorySettings.class)))
  @APIResponse(
      responseCode = "200",
      description = "configured",
      content = @Content(schema = @Schema(implementation = Repository.class)))
  @APIResponse(
      responseCode = "201",
      description = "created",
      content = @Content(schema = @Schema(implementation = Repository.class)))
  @APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
  @APIResponse(responseCode = "408", ref = ProblemAnswers.TOO_SLOW)
  @APIResponse(responseCode = "413", ref = ProblemAnswers.TOO_LARGE)
  public CompletionStage<Response> put(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name) {
    RepositoryName repository = Requests.repository(owner, name);
    Access access = managers.managerOf(repository, authorization);
    Manager by = new Manager(access.subject(), access.isOfInstallation());
    return StrictJson.receive(bodies.incoming(), Requests.RepositorySettings.class)
        .thenApply(body -> put(repository, body, by));
  }

  private Response put(RepositoryName repository, Requests.RepositorySettings body, Manager by) {
    var put =
        administration
            .put(repository, body.checked(repository, formats), by)
            .orElseThrow(() -> unknown(repository));
    Response.ResponseBuilder response =
        put.created()
            ? Response.created(URI.create("/api/v1/repositories/" + repository))
            : Response.ok();
    return response.entity(Repository.of(put.repository(), formats)).build();
  }

  /** One repository and its settings. */
  @GET
  @Path("/{owner}/{name}")
  @Operation(operationId = "getRepository", summary = "Read a repository's settings")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Repository.class)))
  @APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
  public Repository get(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name) {
    RepositoryName repository = Requests.repository(owner, name);
    managers.managerOf(repository, authorization);
    return Repository.of(existing(repository), formats);
  }

  /** Deletes a repository with its settings, tokens and packages. */
  @DELETE
  @Path("/{owner}/{name}")
  @Operation(
      operationId = "deleteRepository",
      summary = "Delete a repository",
      description =
          "Its settings, tokens and packages. Its keys are kept, so that copies elsewhere"
              + " stay verifiable, and are used again when it is created again.")
  @APIResponse(responseCode = "204", description = "deleted")
  @APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
  public Response delete(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name) {
    RepositoryName repository = Requests.repository(owner, name);
    managers.managerOf(repository, authorization);
    if (!administration.delete(repository)) {
      throw unknown(repository);
    }
    return Response.noContent().build();
  }

  /** Starts a campaign of one repository. */
  @POST
  @Path("/{owner}/{name}/resyncs")
  @Consumes(MediaType.WILDCARD)
  @Operation(
      operationId = "startRepositoryResync",
      summary = "Bring the signatures of a repository's packages up to date",
      description = "As POST /api/v1/resyncs, without owner and repository in the body.")
  @RequestBody(
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = ResyncRequests.Campaign.class)))
  @APIResponse(
      responseCode = "202",
      description = "started, or there was one of that id already",
      content = @Content(schema = @Schema(implementation = CampaignStatus.class)))
  @APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
  @APIResponse(responseCode = "408", ref = ProblemAnswers.TOO_SLOW)
  @APIResponse(responseCode = "413", ref = ProblemAnswers.TOO_LARGE)
  public CompletionStage<Response> resyncs(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name) {
    RepositoryName repository = Requests.repository(owner, name);
    Access caller = managers.managerOf(repository, authorization);
    return StrictJson.receiveOptional(bodies.incoming(), ResyncRequests.Campaign.class)
        .thenApply(
            wanted -> {
              existing(repository);
              return ResyncsResource.started(resyncs.campaigns(), wanted.in(repository), caller);
            });
  }

  /** Asks the signers to look at every package of a repository again. */
  @POST
  @Path("/{owner}/{name}/resync")
  @Consumes(MediaType.WILDCARD)
  @Operation(
      operationId = "resyncRepository",
      summary = "Bring all signatures of a repository up to date",
      description =
          "Starts a campaign, and answers when it is planned, or after two seconds. resign-all breaks"
              + " clients that know the bytes and must be confirmed.")
  @RequestBody(
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Requests.ResyncOrder.class)))
  @APIResponse(
      responseCode = "409",
      description = "this breaks clients and was not confirmed",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  @APIResponse(
      responseCode = "202",
      description = "started",
      content = @Content(schema = @Schema(implementation = CampaignStatus.class)))
  @APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
  @APIResponse(responseCode = "408", ref = ProblemAnswers.TOO_SLOW)
  @APIResponse(responseCode = "413", ref = ProblemAnswers.TOO_LARGE)
  public CompletionStage<Response> resync(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name) {
    RepositoryName repository = Requests.repository(owner, name);
    Access caller = managers.managerOf(repository, authorization);
    return StrictJson.receiveOptional(bodies.incoming(), Requests.ResyncOrder.class)
        .thenCompose(
            order -> {
              existing(repository);
              return resyncs.planned(order.campaign(), repository, caller);
            });
  }

  private RepositoryRecord existing(RepositoryName repository) {
    return administration.find(repository).orElseThrow(() -> unknown(repository));
  }

  static ProblemException unknown(RepositoryName repository) {
    return new ProblemException(
        Kind.REPOSITORY_UNKNOWN,
        "there is no repository " + repository + "; PUT to its address with the admin token");
  }
}
