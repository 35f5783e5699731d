package dev.countermark.gateway.oci;

import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.Digest;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.content.RequestBody;
import dev.countermark.gateway.kit.Call;
import dev.countermark.gateway.kit.Edge;
import dev.countermark.gateway.kit.Fence;
import io.smallrye.common.annotation.Blocking;
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
import java.io.InputStream;
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
  private final Fence fence;

  RegistryResource(OciAccess access, ManifestRequests manifests, BlobRequests blobs, Fence fence) {
    this.fence = fence;
    this.access = access;
    this.manifests = manifests;
    this.blobs = blobs;
  }

  private interface Handler {
    Response answer(OciRequest request) throws IOException;
  }

  /** What comes with every request. */
  public static final class Incoming {
    @PathParam("path")
    String path;

    @Context UriInfo uri;
    @Context HttpHeaders headers;
    @Context HttpServerRequest http;

    /** Of the ping it is empty. */
    private String path() {
      return path == null ? "" : path;
    }
  }

  @GET
  public Response ping(@BeanParam Incoming incoming) {
    return get(incoming);
  }

  @GET
  @Path("/{path:.*}")
  public Response get(@BeanParam Incoming incoming) {
    return answer(incoming, null, false, this::get, Action.PULL);
  }

  @HEAD
  @Path("/{path:.*}")
  public Response head(@BeanParam Incoming incoming) {
    return answer(incoming, null, true, this::get, Action.PULL);
  }

  @POST
  @Path("/{path:.*}")
  @Consumes(MediaType.WILDCARD)
  public Response post(@BeanParam Incoming incoming, InputStream body) {
    return answer(incoming, body, false, this::post, Action.PUSH);
  }

  @PATCH
  @Path("/{path:.*}")
  @Consumes(MediaType.WILDCARD)
  public Response patch(@BeanParam Incoming incoming, InputStream body) {
    return answer(incoming, body, false, this::patch, Action.PUSH);
  }

  @PUT
  @Path("/{path:.*}")
  @Consumes(MediaType.WILDCARD)
  public Response put(@BeanParam Incoming incoming, InputStream body) {
    return answer(incoming, body, false, this::put, Action.PUSH);
  }

  @DELETE
  @Path("/{path:.*}")
  public Response delete(@BeanParam Incoming incoming) {
    return answer(incoming, null, false, this::delete, Action.DELETE);
  }

  private Response answer(
      Incoming incoming, InputStream body, boolean head, Handler handler, Action action) {
    return edge.answer(
        new Call(incoming.path(), head, incoming.http),
        () -> {
          OciRoute route = OciRoute.parse(incoming.path());
          // An upload is cancelled by who may push.
          Action needed = route.kind() == OciRoute.Kind.UPLOAD ? Action.PUSH : action;
          Access caller =
              access.authenticate(
                  route, incoming.headers.getHeaderString(HttpHeaders.AUTHORIZATION), needed);
          if (route.kind() == OciRoute.Kind.PING) {
            return OciAnswers.ping();
          }
          RepositoryRecord repository =
              route.kind() == OciRoute.Kind.CATALOG
                  ? null
                  : access.repository(route, caller, needed);
          return handler.answer(
              new OciRequest(
                  route,
                  incoming.uri.getQueryParameters(),
                  incoming.headers,
                  new RequestBody(body),
                  head,
                  caller,
                  repository));
        });
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

  private Response post(OciRequest request) throws IOException {
    return switch (request.route().kind()) {
      case UPLOADS -> fenced(request, blobs.begin(request), blobs::takeBack);
      default -> throw OciAnswers.unsupported();
    };
  }

  private Response patch(OciRequest request) throws IOException {
    return switch (request.route().kind()) {
      case UPLOAD -> blobs.append(request);
      default -> throw OciAnswers.unsupported();
    };
  }

  private Response put(OciRequest request) throws IOException {
    return switch (request.route().kind()) {
      case MANIFEST -> fenced(request, manifests.put(request), manifests::takeBack);
      case UPLOAD -> fenced(request, blobs.complete(request), blobs::takeBack);
      default -> throw OciAnswers.unsupported();
    };
  }

  /** What was made in a repository that was deleted meanwhile is taken back. */
  private Response fenced(
      OciRequest request, Response answer, BiConsumer<OciRequest, Digest> takeBack) {
    if (answer.getStatus() == Response.Status.CREATED.getStatusCode()) {
      Digest made = Digest.of(answer.getHeaderString(OciAnswers.CONTENT_DIGEST));
      fence.require(request.repository(), () -> takeBack.accept(request, made));
    }
    return answer;
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
