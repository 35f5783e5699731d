package dev.countermark.gateway.nuget;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.addresses.PublicAddresses;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.kit.Call;
import dev.countermark.gateway.kit.Edge;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.RepositoryAccess.Credentials;
import dev.countermark.gateway.nuget.FeedAccess.Granted;
import dev.countermark.gateway.nuget.FeedRoute.Kind;
import dev.countermark.gateway.transfer.Bodies;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The edge of the NuGet v3 protocol: reads requests, checks callers, writes answers.
 *
 * @see "nuget reference, sections 5 and 6"
 */
@Path("/{owner}/{name}/nuget/v3")
@Blocking
public class FeedResource {
  static final String API_KEY = "X-NuGet-ApiKey";

  private final Edge edge = new Edge(new FeedDialect());
  private final FeedAccess access;
  private final PublicAddresses addresses;
  private final PackageReads reads;
  private final PackageWrites writes;
  private final FeedSignatures signatures;
  private final SymbolFiles symbols;
  private final Bodies bodies;

  FeedResource(
      FeedAccess access,
      PublicAddresses addresses,
      PackageReads reads,
      PackageWrites writes,
      FeedSignatures signatures,
      SymbolFiles symbols,
      Bodies bodies) {
    this.access = access;
    this.addresses = addresses;
    this.reads = reads;
    this.writes = writes;
    this.signatures = signatures;
    this.symbols = symbols;
    this.bodies = bodies;
  }

  private interface Handler {
    Response answer(FeedRequest request) throws IOException;
  }

  private interface BodyHandler {
    CompletionStage<Response> answer(FeedRequest request) throws IOException;
  }

  /** What comes with every request. */
  public static final class Incoming {
    @PathParam("owner")
    String owner;

    @PathParam("name")
    String name;

    @PathParam("path")
    String path;

    @Context UriInfo uri;
    @Context HttpHeaders headers;
    @Context HttpServerRequest http;
  }

  @GET
  @Path("/{path:.*}")
  public Response get(@BeanParam Incoming incoming) {
    return answer(incoming, false, Action.PULL, this::get);
  }

  @HEAD
  @Path("/{path:.*}")
  public Response head(@BeanParam Incoming incoming) {
    return answer(incoming, true, Action.PULL, this::get);
  }

  @PUT
  @Path("/{path:.*}")
  @Consumes(MediaType.WILDCARD)
  public CompletionStage<Response> put(@BeanParam Incoming incoming) {
    return receive(incoming, writes::put);
  }

  @POST
  @Path("/{path:.*}")
  @Consumes(MediaType.WILDCARD)
  public CompletionStage<Response> post(@BeanParam Incoming incoming) {
    return receive(incoming, writes::post);
  }

  @DELETE
  @Path("/{path:.*}")
  public Response delete(@BeanParam Incoming incoming) {
    return answer(incoming, false, Action.DELETE, writes::delete);
  }

  private Response answer(Incoming incoming, boolean head, Action action, Handler handler) {
    return edge.answer(
        new Call(incoming.path, head, incoming.http),
        () -> handler.answer(request(incoming, head, action)));
  }

  private CompletionStage<Response> receive(Incoming incoming, BodyHandler handler) {
    return edge.answerLater(
        new Call(incoming.path, false, incoming.http),
        () -> handler.answer(request(incoming, false, Action.PUSH)));
  }

  private FeedRequest request(Incoming incoming, boolean head, Action action) {
    RepositoryName repository =
        RepositoryName.parse(incoming.owner + "/" + incoming.name)
            .orElseThrow(() -> FeedDialect.notFound("That is no repository name."));
    FeedRoute route =
        FeedRoute.parse(incoming.path)
            .orElseThrow(() -> FeedDialect.notFound("The feed has no such address."));
    Granted granted =
        route.isPublic()
            ? access.open(repository, route.kind() == Kind.SERVICE_INDEX)
            : access.check(repository, action, credentials(incoming.headers));
    return new FeedRequest(
        route,
        granted,
        new FeedAddresses(addresses.base(incoming.http.isSSL()), repository),
        incoming.uri.getQueryParameters(),
        incoming.headers,
        bodies.incoming(),
        head);
  }

  private static Credentials credentials(HttpHeaders headers) {
    return new Credentials(
        Optional.ofNullable(headers.getHeaderString(HttpHeaders.AUTHORIZATION)),
        Optional.ofNullable(headers.getHeaderString(API_KEY)).filter(k -> !k.isBlank()));
  }

  private Response get(FeedRequest request) throws IOException {
    return switch (request.route().kind()) {
      case SERVICE_INDEX -> FeedAnswers.json(request, ServiceIndex.document(request.at()));
      case VERSIONS -> reads.versions(request);
      case FILE -> reads.file(request);
      case REGISTRATION_INDEX, REGISTRATION_PAGE, REGISTRATION_LEAF -> reads.registration(request);
      case SEARCH -> reads.search(request);
      case AUTOCOMPLETE -> reads.autocomplete(request);
      case SIGNATURES -> signatures.document(request);
      case CERTIFICATE -> signatures.certificate(request);
      case SYMBOL_FILE -> symbols.answer(request);
      default -> throw new Failed(405, "This address takes packages; it has nothing to read.");
    };
  }
}
