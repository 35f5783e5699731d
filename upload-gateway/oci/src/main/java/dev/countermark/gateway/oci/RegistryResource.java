package dev.countermark.gateway.oci;

import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.Digest;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.kit.Call;
import dev.countermark.gateway.kit.Edge;
import dev.countermark.gateway.kit.Entrance;
import dev.countermark.gateway.kit.Fence;
import dev.countermark.gateway.transfer.Bodies;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.PATCH;
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
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/**
 * The edge of the distribution API: reads requests, checks callers, writes answers. Bodies are
 * streams, in both directions.
 *
 * @see "OCI distribution-spec, Endpoints"
 */
@Path("/v2")
@Blocking
public class RegistryResource {
  private final Edge edge = new Edge(new OciDialect());
  private final OciAccess access;
  private final ManifestRequests manifests;
  private final BlobRequests blobs;
  private final Bodies bodies;
  private final Fence fence;
  private final Entrance entrance;

  RegistryResource(
      OciAccess access,
      ManifestRequests manifests,
      BlobRequests blobs,
      Bodies bodies,
      Fence fence,
      Entrance entrance) {
    this.fence = fence;
    this.entrance = entrance;
    this.access = access;
    this.bodies = bodies;
    this.manifests = manifests;
    this.blobs = blobs;
  }

  private interface Handler {
    Response answer(OciRequest request) throws IOException;
  }

  private interface BodyHandler {
    CompletionStage<Response> answer(OciRequest request);
  }

  /** What comes with every request. */
  public static final class Incoming {
    @PathParam("path")
    String path;

    @Context UriInfo uri;
    @Context HttpHeaders headers;
    @Context HttpServerRequest http;

    private String path() {
      return path == null ? "" : path;
    }
  }

  /** What clients begin with, too: it does not wait until other requests are answered. */
  @GET
  @NonBlocking
  public CompletionStage<Response> ping(
      @Context HttpHeaders headers, @Context HttpServerRequest http) {
    OciRoute route = OciRoute.parse("");
    String authorization = headers.getHeaderString(HttpHeaders.AUTHORIZATION);
    boolean overTls = http.isSSL();
    return edge.answerLater(
        new Call("", false, http),
        () ->
            entrance.later(
                () -> {
                  access.authenticate(route, authorization, Action.PULL, overTls);
                  return OciAnswers.ping();
                }));
  }

  @GET
  @Path("/{path:.+}")
  public Response get(@BeanParam Incoming incoming) {
    return answer(incoming, false, this::get, Action.PULL);
  }

  @HEAD
  @Path("/{path:.*}")
  public Response head(@BeanParam Incoming incoming) {
    return answer(incoming, true, this::get, Action.PULL);
  }

  @POST
  @Path("/{path:.*}")
  @Consumes(MediaType.WILDCARD)
  public CompletionStage<Response> post(@BeanParam Incoming incoming) {
    return receive(incoming, this::post);
  }

  @PATCH
  @Path("/{path:.*}")
  @Consumes(MediaType.WILDCARD)
  public CompletionStage<Response> patch(@BeanParam Incoming incoming) {
    return receive(incoming, this::patch);
  }

  @PUT
  @Path("/{path:.*}")
  @Consumes(MediaType.WILDCARD)
  public CompletionStage<Response> put(@BeanParam Incoming incoming) {
    return receive(incoming, this::put);
  }

  @DELETE
  @Path("/{path:.*}")
  public Response delete(@BeanParam Incoming incoming) {
    return answer(incoming, false, this::delete, Action.DELETE);
  }

  private Response answer(Incoming incoming, boolean head, Handler handler, Action action) {
    return edge.answer(
        new Call(incoming.path(), head, incoming.http),
        () -> {
          OciRoute route = OciRoute.parse(incoming.path());
          // An upload is cancelled by who may push.
          OciRequest request =
              admit(
                  incoming,
                  route,
                  head,
                  route.kind() == OciRoute.Kind.UPLOAD ? Action.PUSH : action);
          return route.kind() == OciRoute.Kind.PING ? OciAnswers.ping() : handler.answer(request);
        });
  }

  private CompletionStage<Response> receive(Incoming incoming, BodyHandler handler) {
    return edge.answerLater(
        new Call(incoming.path(), false, incoming.http),
        () -> {
          OciRoute route = OciRoute.parse(incoming.path());
          return handler.answer(admit(incoming, route, false, Action.PUSH));
        });
  }

  private OciRequest admit(Incoming incoming, OciRoute route, boolean head, Action needed) {
    boolean overTls = incoming.http.isSSL();
    Access caller =
        access.authenticate(
            route, incoming.headers.getHeaderString(HttpHeaders.AUTHORIZATION), needed, overTls);
    boolean ofRepository =
        route.kind() != OciRoute.Kind.PING && route.kind() != OciRoute.Kind.CATALOG;
    RepositoryRecord repository =
        ofRepository ? access.repository(route, caller, needed, overTls) : null;
    return new OciRequest(
        route,
        incoming.uri.getQueryParameters(),
        incoming.headers,
        bodies.incoming(),
        head,
        caller,
        repository);
  }

  private Response get(OciRequest request) {
    return switch (request.route().kind()) {
      case MANIFEST -> manifests.get(request);
      case BLOB -> blobs.get(request);
      case UPLOAD -> blobs.status(request);
      case TAGS -> manifests.tags(request);
      case REFERRERS -> manifests.referrers(request);
      case CATALOG -> manifests.catalog(request);
      default -> throw OciAnswers.unsupported();
    };
  }

  private CompletionStage<Response> post(OciRequest request) {
    return switch (request.route().kind()) {
      case UPLOADS -> fenced(request, blobs.begin(request), blobs::takeBack);
      default -> throw OciAnswers.unsupported();
    };
  }

  private CompletionStage<Response> patch(OciRequest request) {
    return switch (request.route().kind()) {
      case UPLOAD -> blobs.append(request);
      default -> throw OciAnswers.unsupported();
    };
  }

  private CompletionStage<Response> put(OciRequest request) {
    return switch (request.route().kind()) {
      case MANIFEST -> manifests.put(request);
      case UPLOAD -> fenced(request, blobs.complete(request), blobs::takeBack);
      default -> throw OciAnswers.unsupported();
    };
  }

  /** What was made in a repository that was deleted meanwhile is taken back. */
  private CompletionStage<Response> fenced(
      OciRequest request,
      CompletionStage<Response> answer,
      BiConsumer<OciRequest, Digest> takeBack) {
    return answer.thenApply(
        response -> {
          if (response.getStatus() == Response.Status.CREATED.getStatusCode()) {
            Digest made = Digest.of(response.getHeaderString(OciAnswers.CONTENT_DIGEST));
            fence.require(request.repository(), () -> takeBack.accept(request, made));
          }
          return response;
        });
  }

  private Response delete(OciRequest request) {
    return switch (request.route().kind()) {
      case MANIFEST -> manifests.delete(request);
      case BLOB -> blobs.delete(request);
      case UPLOAD -> blobs.cancel(request);
      default -> throw OciAnswers.unsupported();
    };
  }
}
