package dev.countermark.gateway.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.content.EntityTag;
import dev.countermark.gateway.kit.Cursors;
import dev.countermark.gateway.kit.Patience;
import dev.countermark.gateway.kit.Problem;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemAnswers;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.StrictJson;
import dev.countermark.gateway.resync.CampaignItems;
import dev.countermark.gateway.resync.CampaignOrder.SenselessException;
import dev.countermark.gateway.resync.CampaignStatus;
import dev.countermark.gateway.resync.CampaignWaits;
import dev.countermark.gateway.resync.Campaigns;
import dev.countermark.gateway.resync.Campaigns.TakenException;
import dev.countermark.gateway.transfer.Bodies;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/resyncs}: campaigns that bring the signatures of many packages up to date. */
@Path("/api/v1/resyncs")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Resyncs")
@SecurityRequirement(name = ManagementApi.TOKEN)
@APIResponse(responseCode = "400", ref = ProblemAnswers.MALFORMED)
@APIResponse(responseCode = "401", ref = ProblemAnswers.UNAUTHENTICATED)
@APIResponse(responseCode = "403", ref = ProblemAnswers.FORBIDDEN)
@APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
@APIResponse(responseCode = "406", ref = ProblemAnswers.NOT_ACCEPTABLE)
@APIResponse(responseCode = "429", ref = ProblemAnswers.TOO_MANY)
@APIResponse(responseCode = "500", ref = ProblemAnswers.UNFORESEEN)
@APIResponse(responseCode = "503", ref = ProblemAnswers.UNAVAILABLE)
public class ResyncsResource {
  private static final String ID = "/{campaign: [A-Za-z0-9][A-Za-z0-9._-]*}";

  private static final String LIST = "resyncs";

  private final Managers managers;
  private final Campaigns campaigns;
  private final Parts parts;
  private final Bodies bodies;

  /** What answers are made of. */
  record Parts(Campaigns campaigns, CampaignWaits waits, Oversight oversight, Cursors cursors) {}

  ResyncsResource(Managers managers, Parts parts, Bodies bodies) {
    this.managers = managers;
    this.campaigns = parts.campaigns();
    this.parts = parts;
    this.bodies = bodies;
  }

  /**
   * @param next the {@code cursor} of the next page; absent on the last one
   */
  @Schema(name = "Resyncs")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Page(List<CampaignStatus> resyncs, String next) {}

  /** Starts a campaign of repositories that the caller manages. */
  @POST
  @Consumes(MediaType.WILDCARD)
  @Operation(
      operationId = "startResync",
      summary = "Bring the signatures of many packages up to date",
      description =
          "Of a repository, of all of an owner, or of all there are, which takes the admin token."
              + " The same campaign again starts nothing.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = ResyncRequests.Campaign.class)))
  @APIResponse(
      responseCode = "202",
      description = "started, or there was one of that id already",
      content = @Content(schema = @Schema(implementation = CampaignStatus.class)))
  @APIResponse(
      responseCode = "409",
      description = "another campaign has that id, or too many are open",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  @APIResponse(responseCode = "408", ref = ProblemAnswers.TOO_SLOW)
  @APIResponse(responseCode = "413", ref = ProblemAnswers.TOO_LARGE)
  public CompletionStage<Response> start(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization) {
    Access caller = managers.anyManager(authorization);
    return StrictJson.receive(bodies.incoming(), ResyncRequests.Campaign.class)
        .thenApply(wanted -> start(wanted, caller));
  }

  private Response start(ResyncRequests.Campaign wanted, Access caller) {
    if (!Oversight.mayBegin(caller, wanted.ofRepository())) {
      throw denied();
    }
    return started(campaigns, wanted, caller);
  }

  static Response started(Campaigns campaigns, ResyncRequests.Campaign wanted, Access caller) {
    try {
      CampaignStatus started =
          campaigns.start(wanted.event(campaigns, caller.isAdministrator()), requester(caller));
      return Response.accepted(started)
          .location(URI.create("/api/v1/resyncs/" + started.campaign()))
          .build();
    } catch (SenselessException e) {
      throw new ProblemException(Kind.INVALID_VALUE, e.getMessage());
    } catch (TakenException e) {
      throw new ProblemException(Kind.RESYNC_TAKEN, e.getMessage());
    }
  }

  private static ProblemException denied() {
    return new ProblemException(
        Kind.FORBIDDEN,
        "a resync of more than one repository takes the admin token; one of a repository a token"
            + " with the scope admin there");
  }

  /** The campaigns that the caller may see. */
  @GET
  @Operation(
      operationId = "listResyncs",
      summary = "List campaigns",
      description =
          "In the order of their ids, ended ones included. A page may have fewer than were asked"
              + " for, or none, while there is a next one.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Page.class)))
  public Page list(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @Parameter(description = "page size, 1 to 200, default 100") @QueryParam("n") String n,
      @Parameter(description = "next of the page before") @QueryParam("cursor") String cursor) {
    Access caller = managers.anyManager(authorization);
    String after = Requests.position(parts.cursors(), LIST, cursor);
    Campaigns.Page page = campaigns.list(after, Requests.pageSize(n));
    return new Page(
        page.campaigns().stream().filter(c -> maySee(caller, c)).toList(),
        page.next().map(position -> parts.cursors().write(LIST, position)).orElse(null));
  }

  private boolean maySee(Access caller, CampaignStatus campaign) {
    return parts.oversight().maySee(caller, campaign.ofRepository(), campaign.requestedAt());
  }

  /** How far a campaign has come; at once, or when it has got further. */
  @GET
  @Path(ID)
  @Operation(
      operationId = "getResync",
      summary = "Read how far a campaign has come",
      description =
          "With wait, the answer comes when it has got further than the ETag in If-None-Match says"
              + " (without one: further than now), or after so many seconds. With Retry-After too"
              + " many wait already.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = CampaignStatus.class)))
  @APIResponse(responseCode = "304", description = "it has got no further")
  public CompletionStage<Response> get(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("campaign") String campaign,
      @Parameter(
              description = "seconds to wait at most, 0 to 60",
              schema = @Schema(type = SchemaType.INTEGER, minimum = "0", maximum = "60"))
          @QueryParam("wait")
          String wait,
      @Context HttpHeaders headers) {
    Duration patience = Patience.ofParameter(wait);
    CampaignStatus now = known(authorization, campaign);
    Optional<String> seen = Optional.ofNullable(headers.getHeaderString(HttpHeaders.IF_NONE_MATCH));
    boolean isNews = seen.isPresent() && !tag(now).isNamedIn(seen);
    if (patience.isZero() || now.hasEnded() || isNews) {
      return CompletableFuture.completedFuture(answer(now, seen).build());
    }
    return parts
        .waits()
        .changed(now, patience)
        .map(over -> over.thenApply(o -> answer(known(authorization, campaign), seen).build()))
        .orElseGet(
            () ->
                CompletableFuture.completedFuture(
                    answer(now, seen).header(HttpHeaders.RETRY_AFTER, 2).build()));
  }

  private static EntityTag tag(CampaignStatus campaign) {
    return new EntityTag(campaign.version());
  }

  /** Weak: speed and time left are others each second. */
  private static Response.ResponseBuilder answer(CampaignStatus campaign, Optional<String> seen) {
    EntityTag tag = tag(campaign);
    return (tag.isNamedIn(seen) ? Response.notModified() : Response.ok(campaign))
        .header(HttpHeaders.ETAG, "W/" + tag.quoted())
        .header(HttpHeaders.CACHE_CONTROL, "no-cache");
  }

  /** What came of the packages of a campaign. */
  @GET
  @Path(ID + "/items")
  @Operation(
      operationId = "listResyncItems",
      summary = "List the packages of a campaign",
      description = "A page may have fewer than were asked for while there is a next one.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = CampaignItems.class)))
  public CampaignItems items(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("campaign") String campaign,
      @Parameter(
              description =
                  "only packages of it: planned, changed, unchanged, refused, skipped,"
                      + " dead-lettered")
          @QueryParam("state")
          String state,
      @Parameter(description = "page size, 1 to 200, default 100") @QueryParam("n") String n,
      @Parameter(description = "next of the page before") @QueryParam("last") String last) {
    known(authorization, campaign);
    return campaigns
        .items(campaign, Optional.ofNullable(state), last == null ? "" : last, Requests.pageSize(n))
        .orElseThrow(
            () -> new ProblemException(Kind.INVALID_VALUE, "last is next of the page before"));
  }

  /** Goes no further until it is resumed. */
  @POST
  @Path(ID + ":pause")
  @Consumes(MediaType.WILDCARD)
  @Operation(operationId = "pauseResync", summary = "Let a campaign rest")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = CampaignStatus.class)))
  public CampaignStatus pause(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("campaign") String campaign) {
    return changed(authorization, campaign, campaigns::pause);
  }

  /** Goes on with what was paused. */
  @POST
  @Path(ID + ":resume")
  @Consumes(MediaType.WILDCARD)
  @Operation(operationId = "resumeResync", summary = "Go on with a campaign that rests")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = CampaignStatus.class)))
  @APIResponse(
      responseCode = "409",
      description = "too many of the repository are open",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public CampaignStatus resume(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("campaign") String campaign) {
    Campaigns.Requester by = requester(managers.anyManager(authorization));
    return changed(authorization, campaign, id -> resume(id, by));
  }

  private Optional<CampaignStatus> resume(String id, Campaigns.Requester by) {
    try {
      return campaigns.resume(id, by);
    } catch (TakenException e) {
      throw new ProblemException(Kind.RESYNC_TAKEN, e.getMessage());
    }
  }

  private static Campaigns.Requester requester(Access caller) {
    return new Campaigns.Requester(Optional.of(caller.subject()), caller.isAdministrator());
  }

  /** Ends it for good. */
  @POST
  @Path(ID + ":cancel")
  @Consumes(MediaType.WILDCARD)
  @Operation(
      operationId = "cancelResync",
      summary = "End a campaign for good",
      description = "What the signers have already is signed; one that has ended stays as it is.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = CampaignStatus.class)))
  public CampaignStatus cancel(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("campaign") String campaign) {
    return changed(authorization, campaign, campaigns::cancel);
  }

  private CampaignStatus changed(
      String authorization, String id, Function<String, Optional<CampaignStatus>> change) {
    CampaignStatus campaign = known(authorization, id);
    if (campaign.byAdministrator() && !managers.anyManager(authorization).isAdministrator()) {
      throw new ProblemException(
          Kind.FORBIDDEN, "what an administrator or an event began, an administrator changes");
    }
    return change.apply(id).orElseThrow(() -> unknown(id));
  }

  /** Whoever may not see it is told so whether there is one or not. */
  private CampaignStatus known(String authorization, String id) {
    Access caller = managers.anyManager(authorization);
    Optional<CampaignStatus> campaign = campaigns.find(id);
    if (campaign.isEmpty() ? !caller.isAdministrator() : !maySee(caller, campaign.get())) {
      throw denied();
    }
    return campaign.orElseThrow(() -> unknown(id));
  }

  private static ProblemException unknown(String id) {
    return new ProblemException(Kind.RESYNC_UNKNOWN, "there is no campaign " + id);
  }
}
