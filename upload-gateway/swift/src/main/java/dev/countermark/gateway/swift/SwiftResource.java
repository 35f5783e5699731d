package dev.countermark.gateway.swift;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.addresses.PublicAddresses;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.kit.Call;
import dev.countermark.gateway.kit.Edge;
import dev.countermark.gateway.swift.SwiftAccess.Granted;
import dev.countermark.gateway.swift.SwiftRoute.Kind;
import dev.countermark.gateway.transfer.Bodies;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.OPTIONS;
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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The edge of the registry protocol: reads requests, checks callers, writes answers.
 *
 * @see "swift reference, section 1"
 */
@Path("/{owner}/{name}/swift")
@Blocking
public class SwiftResource {
  private final Edge edge = new Edge(new SwiftDialect());
  private final SwiftAccess access;
  private final PublicAddresses addresses;
  private final ReleaseReads reads;
  private final ReleaseWrites writes;
  private final Bodies bodies;

  SwiftResource(
      SwiftAccess access,
      PublicAddresses addresses,
      ReleaseReads reads,
      ReleaseWrites writes,
      Bodies bodies) {
    this.access = access;
    this.addresses = addresses;
    this.reads = reads;
    this.writes = writes;
    this.bodies = bodies;
  }

  private interface Handler {
    Response answer(SwiftRequest request) throws IOException;
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

    /** Of the registry itself it is empty. */
    private String path() {
      return path == null ? "" : path;
    }

    private Call call(boolean head) {
      return new Call(path(), head, http);
    }
  }

  @GET
  public Response getBase(@BeanParam Incoming incoming) {
    return get(incoming);
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

  @DELETE
  @Path("/{path:.*}")
  public Response delete(@BeanParam Incoming incoming) {
    return answer(incoming, false, Action.DELETE, writes::delete);
  }

  @POST
  @Consumes(MediaType.WILDCARD)
  public Response postBase(@BeanParam Incoming incoming) {
    return post(incoming);
  }

  /** Logs in; clients post to the very address they were given, or below it. */
  @POST
  @Path("/{path:.*}")
  @Consumes(MediaType.WILDCARD)
  public Response post(@BeanParam Incoming incoming) {
    return edge.answer(
        incoming.call(false),
        () -> {
          SwiftRoute route = route(incoming.path());
          if (route.kind() != Kind.BASE && route.kind() != Kind.LOGIN) {
            throw SwiftAnswers.notAllowed(
                "A login is posted to the address of the registry.", "GET, HEAD, PUT");
          }
          access.login(Optional.of(repository(incoming)), authorization(incoming.headers));
          return SwiftAnswers.loggedIn();
        });
  }

  @OPTIONS
  @Path("/{path:.*}")
  public Response options(@PathParam("path") String path, @Context HttpServerRequest http) {
    return SwiftAnswers.options(addresses.base(http.isSSL()));
  }

  /** Publishes a release: answered when it is signed, or when waiting took too long. */
  @PUT
  @Path("/{path:.*}")
  @Consumes(MediaType.WILDCARD)
  public CompletionStage<Response> put(@BeanParam Incoming incoming) {
    return edge.answerLater(
        incoming.call(false),
        () ->
            writes.publish(
                request(incoming, false, Action.PUSH), incoming.path(), bodies.incoming()));
  }

  private Response answer(Incoming incoming, boolean head, Action action, Handler handler) {
    return edge.answer(
        incoming.call(head),
        () ->
            route(incoming.path()).kind() == Kind.AVAILABILITY
                ? SwiftAnswers.available(head)
                : handler.answer(request(incoming, head, action)));
  }

  private SwiftRequest request(Incoming incoming, boolean head, Action action) {
    RepositoryName repository = repository(incoming);
    SwiftRoute route = route(incoming.path());
    Granted granted = access.check(repository, action, authorization(incoming.headers));
    List<String> accept = incoming.headers.getRequestHeader(HttpHeaders.ACCEPT);
    Negotiation.check(accept == null ? List.of() : accept);
    return new SwiftRequest(
        route,
        granted,
        new SwiftAddresses(addresses.base(incoming.http.isSSL()), repository),
        incoming.uri,
        incoming.headers,
        head);
  }

  private static RepositoryName repository(Incoming incoming) {
    return RepositoryName.parse(incoming.owner + "/" + incoming.name)
        .orElseThrow(() -> SwiftDialect.notFound("That is no repository name."));
  }

  private static SwiftRoute route(String path) {
    return SwiftRoute.parse(path)
        .orElseThrow(() -> SwiftDialect.notFound("The registry has no such address."));
  }

  private static Optional<String> authorization(HttpHeaders headers) {
    return Optional.ofNullable(headers.getHeaderString(HttpHeaders.AUTHORIZATION))
        .filter(v -> !v.isBlank());
  }

  private Response get(SwiftRequest request) {
    return switch (request.route().kind()) {
      case PACKAGE -> reads.releases(request);
      case RELEASE -> reads.release(request);
      case MANIFEST -> reads.manifest(request);
      case ARCHIVE -> reads.archive(request);
      case IDENTIFIERS -> reads.identifiers(request);
      case SUBMISSION -> writes.submission(request);
      default ->
          throw SwiftDialect.notFound(
              "This is the address of a registry for swift package-registry set; packages are at"
                  + " scope/name below it.");
    };
  }
}
