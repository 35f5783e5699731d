package dev.countermark.gateway.api;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.kit.GatewayResources;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemAnswers;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.StrictJson;
import dev.countermark.gateway.transfer.Bodies;
import dev.countermark.gateway.webhooks.Deliveries;
import dev.countermark.gateway.webhooks.Webhook;
import dev.countermark.gateway.webhooks.WebhookTrial;
import dev.countermark.gateway.webhooks.Webhooks;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/repositories/{owner}/{name}/webhooks}: where to tell what happens to packages. */
@Path("/api/v1/repositories/{owner}/{name}/webhooks")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Webhooks")
@SecurityRequirement(name = ManagementApi.TOKEN)
@APIResponse(responseCode = "400", ref = ProblemAnswers.MALFORMED)
@APIResponse(responseCode = "401", ref = ProblemAnswers.UNAUTHENTICATED)
@APIResponse(responseCode = "403", ref = ProblemAnswers.FORBIDDEN)
@APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
@APIResponse(responseCode = "406", ref = ProblemAnswers.NOT_ACCEPTABLE)
@APIResponse(responseCode = "429", ref = ProblemAnswers.TOO_MANY)
@APIResponse(responseCode = "500", ref = ProblemAnswers.UNFORESEEN)
@APIResponse(responseCode = "503", ref = ProblemAnswers.UNAVAILABLE)
public class WebhooksResource {
  private static final String ID = "/{id: [0-9a-f-]+}";

  private final Managers managers;
  private final RepositoryAdministration administration;
  private final Parts parts;
  private final Bodies bodies;

  /**
   * What answers are made of.
   *
   * @param work for what goes on behind a name server's answer
   */
  record Parts(
      Webhooks webhooks, Deliveries deliveries, WebhookTrial trial, GatewayResources work) {}

  WebhooksResource(
      Managers managers, RepositoryAdministration administration, Parts parts, Bodies bodies) {
    this.managers = managers;
    this.administration = administration;
    this.parts = parts;
    this.bodies = bodies;
  }

  /** Makes one; the answer is the only place where its secret is ever shown. */
  @POST
  @Consumes(MediaType.WILDCARD)
  @Operation(
      operationId = "createWebhook",
      summary = "Make a webhook",
      description =
          "The secret is in this answer and nowhere else. Other gateways know of it within five"
              + " seconds.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = WebhookBodies.Wanted.class)))
  @APIResponse(
      responseCode = "201",
      description = "made",
      content = @Content(schema = @Schema(implementation = WebhookBodies.Created.class)))
  @APIResponse(responseCode = "408", ref = ProblemAnswers.TOO_SLOW)
  @APIResponse(responseCode = "409", description = "the repository has ten already")
  @APIResponse(responseCode = "413", ref = ProblemAnswers.TOO_LARGE)
  public CompletionStage<Response> create(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name) {
    RepositoryName repository = Requests.repository(owner, name);
    String maker = managers.managerOf(repository, authorization).subject();
    RepositoryRecord seen = existing(repository);
    return StrictJson.receive(bodies.incoming(), WebhookBodies.Wanted.class)
        .thenApply(WebhookBodies.Wanted::checked)
        .thenCompose(
            order ->
                parts
                    .trial()
                    .isRefused(order.url())
                    .thenApplyAsync(
                        refused -> create(seen, order, maker, refused), parts.work().requests()));
  }

  private Response create(
      RepositoryRecord seen, Webhooks.Order order, String maker, boolean refused) {
    RepositoryName repository = seen.repository();
    if (refused) {
      throw new ProblemException(
          Kind.INVALID_VALUE,
          "url leads to where no webhook may: only to the internet, over https, and to what the"
              + " operator allows");
    }
    if (parts.webhooks().list(repository).size() >= Webhooks.MOST) {
      throw new ProblemException(
          Kind.TOO_MANY_WEBHOOKS, "a repository has " + Webhooks.MOST + " webhooks at most");
    }
    Webhook made = parts.webhooks().create(repository, order, maker);
    if (administration
        .find(repository)
        .filter(now -> now.createdAt().equals(seen.createdAt()))
        .isEmpty()) {
      // One that was made while its repository was deleted would hear of the one that comes next.
      parts.webhooks().delete(repository, made.id());
      throw RepositoriesResource.unknown(repository);
    }
    return new WebhookBodies.Created(
            made.id(), made.url(), parts.webhooks().secret(made), made.createdAt())
        .response();
  }

  /** All of a repository, without their secrets. */
  @GET
  @Operation(operationId = "listWebhooks", summary = "List webhooks and how they are")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = WebhookBodies.All.class)))
  public WebhookBodies.All list(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name) {
    RepositoryName repository = managed(owner, name, authorization);
    return new WebhookBodies.All(
        parts.webhooks().list(repository).stream().map(this::shown).toList());
  }

  private WebhookBodies.Shown shown(Webhook webhook) {
    return WebhookBodies.Shown.of(webhook, parts.webhooks().state(webhook));
  }

  /** One, without its secret. */
  @GET
  @Path(ID)
  @Operation(operationId = "getWebhook", summary = "Read a webhook and how it is")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = WebhookBodies.Shown.class)))
  public WebhookBodies.Shown get(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("id") String id) {
    return shown(known(managed(owner, name, authorization), id));
  }

  /** Has it gone, with what it was not told yet. */
  @DELETE
  @Path(ID)
  @Operation(
      operationId = "deleteWebhook",
      summary = "Have a webhook gone",
      description = "What waits for it is told to nobody.")
  @APIResponse(responseCode = "204", description = "gone")
  public Response delete(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("id") String id) {
    RepositoryName repository = managed(owner, name, authorization);
    parts.webhooks().delete(repository, known(repository, id).id());
    return Response.noContent().build();
  }

  /** Tries it. */
  @POST
  @Path(ID + ":test")
  @Consumes(MediaType.WILDCARD)
  @Operation(
      operationId = "testWebhook",
      summary = "Send an event that says nothing",
      description = "At once and once; the answer says what came of it.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = WebhookBodies.Tried.class)))
  public CompletionStage<WebhookBodies.Tried> test(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("id") String id) {
    Webhook webhook = known(managed(owner, name, authorization), id);
    return parts
        .deliveries()
        .test(webhook)
        .orElseThrow(
            () -> new ProblemException(Kind.UNAVAILABLE, "too many other events are being sent"))
        .thenApply(WebhookBodies.Tried::of);
  }

  private Webhook known(RepositoryName repository, String id) {
    return parts
        .webhooks()
        .find(repository, id)
        .orElseThrow(
            () ->
                new ProblemException(
                    Kind.WEBHOOK_UNKNOWN, "the repository has no webhook of that id"));
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
