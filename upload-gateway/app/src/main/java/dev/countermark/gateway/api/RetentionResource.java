package dev.countermark.gateway.api;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.api.RetentionRequests.Goes;
import dev.countermark.gateway.api.RetentionRequests.Preview;
import dev.countermark.gateway.api.RetentionRequests.Rules;
import dev.countermark.gateway.kit.Cursors;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.GatewayResources;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemAnswers;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.StrictJson;
import dev.countermark.gateway.retention.Retention;
import dev.countermark.gateway.retention.Retention.Going;
import dev.countermark.gateway.retention.RetentionRule;
import dev.countermark.gateway.transfer.Bodies;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
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
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;

/** {@code /api/v1/repositories/{owner}/{name}/retention}: what goes by itself. */
@Path("/api/v1/repositories/{owner}/{name}/retention")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Retention")
@SecurityRequirement(name = ManagementApi.TOKEN)
@APIResponse(responseCode = "400", ref = ProblemAnswers.MALFORMED)
@APIResponse(responseCode = "401", ref = ProblemAnswers.UNAUTHENTICATED)
@APIResponse(responseCode = "403", ref = ProblemAnswers.FORBIDDEN)
@APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
@APIResponse(responseCode = "406", ref = ProblemAnswers.NOT_ACCEPTABLE)
@APIResponse(responseCode = "429", ref = ProblemAnswers.TOO_MANY)
@APIResponse(responseCode = "500", ref = ProblemAnswers.UNFORESEEN)
@APIResponse(responseCode = "503", ref = ProblemAnswers.UNAVAILABLE)
public class RetentionResource {
  private static final Logger LOG = Logger.getLogger(RetentionResource.class);

  private final Managers managers;
  private final RepositoryAdministration administration;
  private final Parts parts;
  private final Bodies bodies;

  /** What answers are made of. */
  record Parts(
      Retention retention, GatewayFormats formats, GatewayResources resources, Cursors cursors) {}

  RetentionResource(
      Managers managers, RepositoryAdministration administration, Parts parts, Bodies bodies) {
    this.managers = managers;
    this.administration = administration;
    this.parts = parts;
    this.bodies = bodies;
  }

  /** The rules; none is an empty list. */
  @GET
  @Operation(operationId = "getRetention", summary = "Read what goes by itself")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Rules.class)))
  public Rules get(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name) {
    return Rules.of(RetentionRule.of(managed(owner, name, authorization)));
  }

  /** Replaces all rules. */
  @PUT
  @Consumes(MediaType.WILDCARD)
  @Operation(
      operationId = "putRetention",
      summary = "Say what goes by itself",
      description = "Replaces all rules. Look at the preview before: what goes is gone.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Rules.class)))
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Rules.class)))
  @APIResponse(responseCode = "408", ref = ProblemAnswers.TOO_SLOW)
  @APIResponse(responseCode = "413", ref = ProblemAnswers.TOO_LARGE)
  public CompletionStage<Rules> put(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name) {
    RepositoryName repository = Requests.repository(owner, name);
    String by = managers.managerOf(repository, authorization).subject();
    return StrictJson.receive(bodies.incoming(), Rules.class)
        .thenApply(wanted -> put(repository, by, wanted.checked(parts.formats())));
  }

  private Rules put(RepositoryName repository, String by, List<RetentionRule> rules) {
    return administration
        .change(repository, by, record -> RetentionRule.with(record, rules))
        .map(record -> Rules.of(RetentionRule.of(record)))
        .orElseThrow(() -> RepositoriesResource.unknown(repository));
  }

  /** What the rules that are in force would delete now. */
  @GET
  @Path("/preview")
  @Operation(
      operationId = "previewRetention",
      summary = "What would go now",
      description =
          "Every package by its name; nothing is deleted. What belongs to a package that goes is"
              + " named, too, and marked.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Preview.class)))
  public Preview preview(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @Parameter(description = "page size, 1 to 200, default 100") @QueryParam("n") String n,
      @Parameter(description = "the next of the page before") @QueryParam("cursor") String cursor) {
    RepositoryRecord repository = managed(owner, name, authorization);
    int size = Requests.pageSize(n);
    String after = cursor == null || cursor.isEmpty() ? "" : position(repository, cursor);
    List<Going> going =
        parts
            .retention()
            .preview(repository)
            .orElseThrow(
                () ->
                    new ProblemException(
                        Kind.UNAVAILABLE,
                        "the list of "
                            + repository.repository()
                            + " is being made: it is not known yet what goes; try again"))
            .stream()
            .filter(g -> Goes.position(g).compareTo(after) > 0)
            .sorted(Comparator.comparing(Goes::position))
            .limit(size + 1L)
            .toList();
    boolean more = going.size() > size;
    return new Preview(
        going.stream().limit(size).map(Goes::of).toList(),
        more ? next(repository, going.get(size - 1)) : null);
  }

  /** Does at once what is done once a day. */
  @POST
  @Path("/run")
  @Operation(
      operationId = "runRetention",
      summary = "Delete what the rules do not keep, now",
      description = "In the background; nothing happens while another gateway is at it.")
  @APIResponse(responseCode = "202", description = "begun")
  public Response run(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name) {
    RepositoryRecord repository = managed(owner, name, authorization);
    parts.resources().maintenance().execute(() -> runQuietly(repository));
    return Response.accepted().build();
  }

  private void runQuietly(RepositoryRecord repository) {
    try {
      parts.retention().run(repository, true);
    } catch (RuntimeException e) {
      LOG.warnf("retention in %s goes on later: %s", repository.repository(), e);
    }
  }

  private String next(RepositoryRecord repository, Going last) {
    return parts.cursors().write(repository.repository().toString(), Goes.position(last));
  }

  private String position(RepositoryRecord repository, String cursor) {
    return parts
        .cursors()
        .read(repository.repository().toString(), cursor)
        .orElseThrow(
            () ->
                new ProblemException(
                    Kind.INVALID_VALUE, "cursor must be the next of a page of this list"));
  }

  private RepositoryRecord managed(String owner, String name, String authorization) {
    RepositoryName repository = Requests.repository(owner, name);
    managers.managerOf(repository, authorization);
    return administration
        .find(repository)
        .orElseThrow(() -> RepositoriesResource.unknown(repository));
  }
}
