package dev.countermark.gateway.oci;

import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.MediaTypes;
import dev.countermark.format.oci.OciName;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.auth.AuthenticationFailedException;
import dev.countermark.gateway.auth.Authenticator;
import dev.countermark.gateway.content.ByteRange;
import dev.countermark.gateway.content.RequestBody;
import dev.countermark.gateway.kit.Call;
import dev.countermark.gateway.kit.Edge;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.repositories.Repositories;
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
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The edge of the distribution API: reads requests, checks callers, writes answers. Bodies are
 * streams, in both directions.
 *
 * @see "OCI distribution-spec, Endpoints"
 */
@Path("/v2")
@Blocking
public class RegistryResource {
  private static final String CONTENT_DIGEST = "Docker-Content-Digest";
  private static final byte[] NOTHING = new byte[0];

  private final Edge edge = new Edge(new OciDialect());
  private final Authenticator authenticator;
  private final Challenges challenges;
  private final AnonymousPull anonymous;
  private final Repositories repositories;
  private final BlobUploads uploads;
  private final Blobs blobs;
  private final Manifests manifests;
  private final Tags tags;
  private final Referrers referrers;

  RegistryResource(
      Authenticator authenticator,
      Challenges challenges,
      AnonymousPull anonymous,
      Repositories repositories,
      BlobUploads uploads,
      Blobs blobs,
      Manifests manifests,
      Tags tags,
      Referrers referrers) {
    this.authenticator = authenticator;
    this.challenges = challenges;
    this.anonymous = anonymous;
    this.repositories = repositories;
    this.uploads = uploads;
    this.blobs = blobs;
    this.manifests = manifests;
    this.tags = tags;
    this.referrers = referrers;
  }

  /** One request, as the handlers see it. */
  private record Request(
      OciRoute route,
      MultivaluedMap<String, String> query,
      HttpHeaders headers,
      RequestBody body,
      boolean head,
      Access access,
      RepositoryRecord repository) {
    String parameter(String name) {
      return query.getFirst(name);
    }

    Optional<String> header(String name) {
      return Optional.ofNullable(headers.getHeaderString(name));
    }

    long length() {
      return header(HttpHeaders.CONTENT_LENGTH)
          .map(
              text -> {
                try {
                  return Long.parseLong(text);
                } catch (NumberFormatException e) {
                  throw OciCode.SIZE_INVALID.failed("Content-Length is not a number");
                }
              })
          .orElse(-1L);
    }
  }

  private interface Handler {
    Response answer(Request request) throws IOException;
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
          Access access = authenticate(route, incoming.headers, needed);
          if (route.kind() == OciRoute.Kind.PING) {
            return ok(MediaType.APPLICATION_JSON, "{}".getBytes(StandardCharsets.UTF_8));
          }
          RepositoryRecord repository =
              route.kind() == OciRoute.Kind.CATALOG ? null : repository(route, access, needed);
          return handler.answer(
              new Request(
                  route,
                  incoming.uri.getQueryParameters(),
                  incoming.headers,
                  new RequestBody(body),
                  head,
                  access,
                  repository));
        });
  }

  private Access authenticate(OciRoute route, HttpHeaders headers, Action action) {
    String authorization = headers.getHeaderString(HttpHeaders.AUTHORIZATION);
    try {
      Access access = authenticator.authenticate(authorization);
      if (route.kind() == OciRoute.Kind.PING && !access.isAuthenticated()) {
        throw denied(challenges.ping());
      }
      if (route.kind() == OciRoute.Kind.CATALOG && !access.isAdministrator()) {
        throw access.isAuthenticated()
            ? OciCode.DENIED.failed("only the administrator lists all images")
            : denied(challenges.ping());
      }
      return access;
    } catch (AuthenticationFailedException e) {
      throw denied(
          route.name() == null
              ? challenges.invalidCredentials(e)
              : challenges.invalidCredentials(e, route.name().value(), action));
    }
  }

  private static Failed denied(Challenges.Denial denial) {
    Failed e = new Failed(denial.status(), denial.code(), denial.message());
    denial.challenge().ifPresent(c -> e.with(HttpHeaders.WWW_AUTHENTICATE, c));
    return e;
  }

  private RepositoryRecord repository(OciRoute route, Access access, Action action) {
    Optional<RepositoryName> name = repositoryOf(route.name());
    if (name.isEmpty()) {
      if (!access.isAuthenticated()) {
        throw denied(challenges.ping());
      }
      throw OciCode.NAME_UNKNOWN.failed(
          "an image is named owner/repository or owner/repository/image, and owner and repository"
              + " have letters, digits and dashes only");
    }
    challenges
        .check(access, name.get(), route.name().value(), action)
        .ifPresent(
            denial -> {
              throw denied(denial);
            });
    Optional<RepositoryRecord> found = repositories.find(name.get());
    if (found.isPresent()) {
      return found.get();
    }
    if (action == Action.PUSH && access.isAdministrator()) {
      return repositories.findOrCreate(name.get());
    }
    if (route.kind() == OciRoute.Kind.REFERRERS || action == Action.PULL) {
      return new RepositoryRecord(0, name.get(), java.time.Instant.EPOCH);
    }
    throw OciCode.NAME_UNKNOWN.failed(
        "there is no repository "
            + name.get()
            + ": create it with PUT /api/v1/repositories/"
            + name.get());
  }

  private static Optional<RepositoryName> repositoryOf(OciName name) {
    String[] parts = name.value().split("/", 3);
    return parts.length < 2 ? Optional.empty() : RepositoryName.parse(parts[0] + "/" + parts[1]);
  }

  // ---- GET and HEAD ---------------------------------------------------------------------------

  private Response get(Request request) {
    return switch (request.route().kind()) {
      case MANIFEST -> manifest(request);
      case BLOB -> blob(request);
      case UPLOAD -> uploadStatus(request);
      case TAGS -> tagList(request);
      case REFERRERS -> referrerList(request);
      case CATALOG -> catalog(request);
      default -> throw unsupported();
    };
  }

  private static Failed unsupported() {
    return OciCode.UNSUPPORTED.failed("this endpoint does not support the method");
  }

  private Response manifest(Request request) {
    Manifests.Found found =
        manifests.get(
            request.repository(),
            request.route().name(),
            request.route().reference(),
            request.access().holds(request.repository().repository(), Action.PUSH));
    byte[] content = found.manifest().content().toArray();
    Response.ResponseBuilder response =
        Response.ok(request.head() ? null : content)
            .header(HttpHeaders.CONTENT_TYPE, found.manifest().mediaType())
            .header(HttpHeaders.CONTENT_LENGTH, content.length)
            .header(CONTENT_DIGEST, found.manifest().digest())
            .header(HttpHeaders.ETAG, '"' + found.manifest().digest() + '"');
    if (found.pending()) {
      response.header("Warning", "299 - \"signature pending\"");
    } else if (found.manifest().state() == State.REFUSED) {
      response.header("Warning", "299 - \"signature refused, see the status endpoint\"");
    }
    return response.build();
  }

  private static Digest digest(String text) {
    return Digest.parse(text)
        .orElseThrow(
            () -> OciCode.DIGEST_INVALID.failed("a digest is sha256:<64 hex> or sha512:<128 hex>"));
  }

  private Response blob(Request request) {
    Digest digest = digest(request.route().reference());
    Blobs.Blob blob = blobs.require(request.route().name(), digest);
    // Ranges are defined for GET only: RFC 9110, section 14.2.
    String wanted = request.head() ? null : request.header("Range").orElse(null);
    ByteRange.Request asked = ByteRange.request(wanted, blob.size());
    if (asked instanceof ByteRange.Request.Unsatisfiable) {
      throw OciCode.SIZE_INVALID
          .failed(416, "the blob has " + blob.size() + " bytes")
          .with("Content-Range", "bytes */" + blob.size());
    }
    boolean whole = asked instanceof ByteRange.Request.Whole;
    ByteRange range =
        asked instanceof ByteRange.Request.Part part
            ? part.range()
            : new ByteRange(0, blob.size() - 1);
    Response.ResponseBuilder response =
        Response.status(whole ? 200 : 206)
            .header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_OCTET_STREAM)
            .header(HttpHeaders.CONTENT_LENGTH, range.length())
            .header("Accept-Ranges", "bytes")
            .header(CONTENT_DIGEST, digest.toString())
            .header(HttpHeaders.ETAG, '"' + digest.toString() + '"');
    if (!whole) {
      response.header(
          "Content-Range", "bytes " + range.first() + "-" + range.last() + "/" + blob.size());
    }
    if (!request.head()) {
      response.entity(range.length() == 0 ? NOTHING : blob.open(range));
    }
    return response.build();
  }

  private Response uploadStatus(Request request) {
    BlobUploads.Open open =
        uploads.status(
            request.route().name(), request.route().reference(), request.parameter("state"));
    return upload(Response.noContent(), open).build();
  }

  private static Response.ResponseBuilder upload(
      Response.ResponseBuilder response, BlobUploads.Open open) {
    return response
        .header(HttpHeaders.LOCATION, open.location())
        .header("Range", open.range())
        .header("Docker-Upload-UUID", open.state().id());
  }

  private record TagList(String name, List<String> tags) {}

  private Response tagList(Request request) {
    OciName name = request.route().name();
    Optional<Integer> limit = limit(request);
    Tags.Listing listing =
        tags.tags(
            request.repository(),
            name,
            Optional.ofNullable(request.parameter("last")).orElse(""),
            limit);
    return page(
        Json.write(new TagList(name.value(), listing.entries())),
        listing,
        "/v2/" + name + "/tags/list",
        limit.orElse(0));
  }

  private record Catalog(List<String> repositories) {}

  private Response catalog(Request request) {
    int limit = limit(request).filter(n -> n > 0 && n <= 1000).orElse(100);
    Tags.Listing listing =
        tags.names(Optional.ofNullable(request.parameter("last")).orElse(""), limit);
    return page(Json.write(new Catalog(listing.entries())), listing, "/v2/_catalog", limit);
  }

  private static Optional<Integer> limit(Request request) {
    String n = request.parameter("n");
    if (n == null || n.isEmpty()) {
      return Optional.empty();
    }
    try {
      int limit = Integer.parseInt(n);
      if (limit >= 0) {
        return Optional.of(limit);
      }
    } catch (NumberFormatException e) {
      // answered below
    }
    throw OciCode.UNSUPPORTED.failed(400, "n must be a number, 0 or more");
  }

  private static Response page(byte[] body, Tags.Listing listing, String path, int limit) {
    Response.ResponseBuilder response =
        Response.ok(body)
            .header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON)
            .header(HttpHeaders.CONTENT_LENGTH, body.length);
    listing
        .next()
        .ifPresent(
            last ->
                response.header(
                    "Link", "<" + path + "?n=" + limit + "&last=" + last + ">; rel=\"next\""));
    return response.build();
  }

  private Response referrerList(Request request) {
    Digest subject = digest(request.route().reference());
    Optional<String> type =
        Optional.ofNullable(request.parameter("artifactType")).filter(t -> !t.isEmpty());
    byte[] index = referrers.index(request.route().name(), subject, type);
    Response.ResponseBuilder response =
        Response.ok(request.head() ? null : index)
            .header(HttpHeaders.CONTENT_TYPE, MediaTypes.OCI_INDEX)
            .header(HttpHeaders.CONTENT_LENGTH, index.length);
    if (type.isPresent()) {
      response.header("OCI-Filters-Applied", "artifactType");
    }
    return response.build();
  }

  // ---- POST, PATCH, PUT -----------------------------------------------------------------------

  private Response post(Request request) throws IOException {
    if (request.route().kind() != OciRoute.Kind.UPLOADS) {
      throw unsupported();
    }
    OciName name = request.route().name();
    String algorithm = request.parameter("digest-algorithm");
    if (algorithm != null && !algorithm.equals("sha256") && !algorithm.equals("sha512")) {
      throw OciCode.DIGEST_INVALID.failed("known algorithms are sha256 and sha512");
    }
    String digest = request.parameter("digest");
    if (digest != null) {
      Digest wanted = digest(digest);
      uploads.monolithic(name, wanted, request.body(), request.length());
      return created(name, wanted);
    }
    String mount = request.parameter("mount");
    if (mount != null && mounted(request, name, mount)) {
      return created(name, digest(mount));
    }
    return upload(Response.accepted(), uploads.start(name))
        .header(HttpHeaders.CONTENT_LENGTH, 0)
        .build();
  }

  /** The caller must be allowed to read where it mounts from; otherwise it uploads. */
  private boolean mounted(Request request, OciName name, String mount) {
    Digest digest = digest(mount);
    return Optional.ofNullable(request.parameter("from"))
        .flatMap(OciName::parse)
        .filter(
            from ->
                repositoryOf(from)
                    .filter(r -> anonymous.allows(request.access(), r, Action.PULL))
                    .isPresent())
        .map(from -> uploads.mount(name, from, digest))
        .orElse(false);
  }

  private static Response created(OciName name, Digest digest) {
    return Response.status(201)
        .header(HttpHeaders.LOCATION, "/v2/" + name + "/blobs/" + digest)
        .header(CONTENT_DIGEST, digest.toString())
        .header(HttpHeaders.CONTENT_LENGTH, 0)
        .build();
  }

  private static BlobUploads.Body body(Request request) {
    Optional<ByteRange> range =
        request
            .header("Content-Range")
            .map(
                text ->
                    ByteRange.chunk(text)
                        .orElseThrow(
                            () ->
                                OciCode.BLOB_UPLOAD_INVALID.failed(
                                    "Content-Range is <first>-<last>, without a unit")));
    return new BlobUploads.Body(request.body(), request.length(), range);
  }

  private Response patch(Request request) throws IOException {
    if (request.route().kind() != OciRoute.Kind.UPLOAD) {
      throw unsupported();
    }
    BlobUploads.Open open =
        uploads.append(
            request.route().name(),
            request.route().reference(),
            request.parameter("state"),
            body(request));
    return upload(Response.accepted(), open).header(HttpHeaders.CONTENT_LENGTH, 0).build();
  }

  private Response put(Request request) throws IOException {
    if (request.route().kind() == OciRoute.Kind.MANIFEST) {
      return putManifest(request);
    }
    if (request.route().kind() != OciRoute.Kind.UPLOAD) {
      throw unsupported();
    }
    String text = request.parameter("digest");
    if (text == null) {
      throw OciCode.DIGEST_INVALID.failed("the digest parameter is missing");
    }
    Digest digest = digest(text);
    uploads.complete(
        request.route().name(),
        request.route().reference(),
        request.parameter("state"),
        digest,
        body(request));
    return created(request.route().name(), digest);
  }

  private Response putManifest(Request request) throws IOException {
    OciName name = request.route().name();
    if (request.length() > Manifest.LARGEST) {
      throw OciCode.SIZE_INVALID.failed(
          413, "a manifest has at most " + Manifest.LARGEST + " bytes");
    }
    byte[] content = request.body().small(Manifest.LARGEST);
    Optional<String> ifMatch = request.header(HttpHeaders.IF_MATCH).map(RegistryResource::unquoted);
    boolean ifNoneMatch = request.header(HttpHeaders.IF_NONE_MATCH).map("*"::equals).orElse(false);
    List<String> moreTags = request.query().getOrDefault("tag", List.of());
    Manifests.Pushed pushed =
        manifests.put(
            request.repository(),
            new Manifests.Push(
                name,
                request.route().reference(),
                moreTags,
                request.header(HttpHeaders.CONTENT_TYPE).orElse(""),
                ifMatch,
                ifNoneMatch),
            content);
    Response.ResponseBuilder response =
        Response.status(201)
            .header(HttpHeaders.LOCATION, "/v2/" + name + "/manifests/" + pushed.digest())
            .header(CONTENT_DIGEST, pushed.digest().toString())
            .header(HttpHeaders.CONTENT_LENGTH, 0);
    pushed.subject().ifPresent(s -> response.header("OCI-Subject", s.toString()));
    if (!moreTags.isEmpty()) {
      pushed.tags().forEach(t -> response.header("OCI-Tag", t.value()));
    }
    return response.build();
  }

  private static String unquoted(String etag) {
    return etag.strip().replace("\"", "");
  }

  // ---- DELETE ---------------------------------------------------------------------------------

  private Response delete(Request request) {
    OciName name = request.route().name();
    String reference = request.route().reference();
    switch (request.route().kind()) {
      case MANIFEST -> manifests.delete(name, reference);
      case BLOB -> blobs.delete(name, digest(reference));
      case UPLOAD -> {
        uploads.cancel(name, reference, request.parameter("state"));
        return Response.noContent().build();
      }
      default -> throw unsupported();
    }
    return Response.accepted().header(HttpHeaders.CONTENT_LENGTH, 0).build();
  }

  // ---- answers --------------------------------------------------------------------------------

  private static Response ok(String type, byte[] body) {
    return Response.ok(body)
        .header(HttpHeaders.CONTENT_TYPE, type)
        .header(HttpHeaders.CONTENT_LENGTH, body.length)
        .header("Docker-Distribution-Api-Version", "registry/2.0")
        .build();
  }
}
