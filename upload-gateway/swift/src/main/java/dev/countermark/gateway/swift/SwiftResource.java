package dev.countermark.gateway.swift;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.blobs.PiecedFiles;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedManifest;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.format.swift.identity.ToolsVersion;
import dev.countermark.gateway.addresses.PublicAddresses;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.content.FileAnswers;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.content.RequestBody;
import dev.countermark.gateway.kit.Call;
import dev.countermark.gateway.kit.Edge;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.swift.SwiftAccess.Granted;
import dev.countermark.gateway.swift.SwiftRoute.Kind;
import dev.countermark.gateway.swift.view.ReleaseIndex;
import dev.countermark.gateway.swift.view.ReleaseView;
import dev.countermark.gateway.swift.view.Releases;
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
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The edge of the registry protocol: reads requests, checks callers, writes answers.
 *
 * @see "swift reference, section 1"
 */
@Path("/{owner}/{name}/swift")
@Blocking
public class SwiftResource {
  static final String CONTENT_VERSION = "Content-Version";
  static final String SIGNATURE_FORMAT = "X-Swift-Package-Signature-Format";

  private static final String SIGNATURE = "X-Swift-Package-Signature";
  private static final String MANIFEST = "Package.swift";
  private static final String ZIP = "application/zip";
  private static final Pattern WAIT =
      Pattern.compile("(?:^|.*[,;\\s])wait=(\\d{1,6})(?:[,;\\s].*|$)");

  /** Signing takes milliseconds; whoever asks again soon asks rarely twice. */
  private static final String SOON = "2";

  /** A signature may be made anew; an archive never changes but by an operator's will. */
  private static final String FIXED = "public, max-age=600, immutable";

  private final Edge edge = new Edge(new SwiftDialect());
  private final SwiftAccess access;
  private final PublicAddresses addresses;
  private final Records records;
  private final ReleaseIndex index;
  private final PiecedFiles files;
  private final Publications publications;
  private final Withdrawals withdrawals;

  SwiftResource(
      SwiftAccess access,
      PublicAddresses addresses,
      Records records,
      ReleaseIndex index,
      PiecedFiles files,
      Publications publications,
      Withdrawals withdrawals) {
    this.access = access;
    this.addresses = addresses;
    this.records = records;
    this.index = index;
    this.files = files;
    this.publications = publications;
    this.withdrawals = withdrawals;
  }

  /** One request that was let in, as the handlers see it. */
  private record Request(
      SwiftRoute route,
      Granted granted,
      SwiftAddresses at,
      UriInfo uri,
      HttpHeaders headers,
      boolean head) {
    RepositoryName name() {
      return granted.repository().repository();
    }

    Identity identity() {
      return route.identity().orElseThrow(SwiftDialect::noRelease);
    }

    /** What caches may do with an answer. */
    String caching(String whenPublic) {
      return granted.isPublic() ? whenPublic : "private, no-store";
    }
  }

  private interface Handler {
    Response answer(Request request) throws IOException;
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
    return answer(incoming, false, Action.DELETE, this::delete);
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
            throw notAllowed("A login is posted to the address of the registry.", "GET, HEAD, PUT");
          }
          access.login(Optional.of(repository(incoming)), authorization(incoming.headers));
          return loggedIn();
        });
  }

  static Response loggedIn() {
    return Response.ok()
        .header(CONTENT_VERSION, "1")
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  @OPTIONS
  @Path("/{path:.*}")
  public Response options(@PathParam("path") String path, @Context HttpServerRequest http) {
    return Response.ok()
        .header(HttpHeaders.ALLOW, "GET, HEAD, PUT, DELETE, POST, OPTIONS")
        .header(
            "Link", "<" + addresses.base(http.isSSL()) + "/api/v1/openapi>; rel=\"service-desc\"")
        .header(CONTENT_VERSION, "1")
        .build();
  }

  /** Publishes a release: answered when it is signed, or when waiting took too long. */
  @PUT
  @Path("/{path:.*}")
  @Consumes(MediaType.WILDCARD)
  public CompletionStage<Response> put(@BeanParam Incoming incoming, InputStream body) {
    return edge.answerLater(
        incoming.call(false),
        () ->
            publish(request(incoming, false, Action.PUSH), incoming.path(), new RequestBody(body)));
  }

  private Response answer(Incoming incoming, boolean head, Action action, Handler handler) {
    return edge.answer(
        incoming.call(head),
        () ->
            route(incoming.path()).kind() == Kind.AVAILABILITY
                ? available(head)
                : handler.answer(request(incoming, head, action)));
  }

  private Request request(Incoming incoming, boolean head, Action action) {
    RepositoryName repository = repository(incoming);
    SwiftRoute route = route(incoming.path());
    Granted granted = access.check(repository, action, authorization(incoming.headers));
    List<String> accept = incoming.headers.getRequestHeader(HttpHeaders.ACCEPT);
    Negotiation.check(accept == null ? List.of() : accept);
    return new Request(
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
    return header(headers, HttpHeaders.AUTHORIZATION);
  }

  private static Optional<String> header(HttpHeaders headers, String name) {
    return Optional.ofNullable(headers.getHeaderString(name)).filter(v -> !v.isBlank());
  }

  private static Failed notAllowed(String detail, String allowed) {
    return new Failed(405, detail).with(HttpHeaders.ALLOW, allowed);
  }

  // ---- GET and HEAD ---------------------------------------------------------------------------

  private static Response available(boolean head) {
    byte[] body = "{}".getBytes(StandardCharsets.US_ASCII);
    return Response.ok(head ? null : body)
        .type(MediaType.APPLICATION_JSON)
        .header(HttpHeaders.CONTENT_LENGTH, body.length)
        .header(CONTENT_VERSION, "1")
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  private Response get(Request request) {
    return switch (request.route().kind()) {
      case PACKAGE -> releases(request);
      case RELEASE -> release(request);
      case MANIFEST -> manifest(request);
      case ARCHIVE -> archive(request);
      case IDENTIFIERS -> identifiers(request);
      case SUBMISSION -> submission(request);
      default ->
          throw SwiftDialect.notFound(
              "This is the address of a registry for swift package-registry set; packages are at"
                  + " scope/name below it.");
    };
  }

  private static Response.ResponseBuilder document(
      Request request, byte[] content, String type, String caching) {
    String etag =
        '"' + HexFormat.of().formatHex(PartReceiver.digest("SHA-256").digest(content)) + '"';
    boolean unchanged = FileAnswers.isUnchanged(request.headers(), etag);
    Response.ResponseBuilder response =
        unchanged
            ? Response.notModified()
            : Response.ok(request.head() ? null : content)
                .type(type)
                .header(HttpHeaders.CONTENT_LENGTH, content.length);
    return response
        .header(HttpHeaders.ETAG, etag)
        .header(CONTENT_VERSION, "1")
        .header(HttpHeaders.CACHE_CONTROL, request.caching(caching))
        .header("X-Content-Type-Options", "nosniff");
  }

  private static Response json(Request request, byte[] document, List<String> links) {
    // What is new must be seen at once; whoever has it already is told so.
    Response.ResponseBuilder response =
        document(request, document, MediaType.APPLICATION_JSON, "public, no-cache");
    links(response, links);
    return response.build();
  }

  /** One header for all: not every client reads more than one. */
  private static void links(Response.ResponseBuilder response, List<String> links) {
    if (!links.isEmpty()) {
      response.header("Link", String.join(", ", links));
    }
  }

  private Response releases(Request request) {
    Releases releases =
        index.find(
            request.name(), request.route().packageId().orElseThrow(SwiftResource::noPackage));
    if (releases.isEmpty()) {
      throw noPackage();
    }
    return json(
        request,
        Documents.releases(request.at(), releases),
        Links.ofPackage(request.at(), releases));
  }

  private static Failed noPackage() {
    return SwiftDialect.notFound("The registry has no such package.");
  }

  /** The release that is asked for, which is available. */
  private ReleaseRecord stored(Request request) {
    ReleaseRecord release =
        records
            .read(SwiftKeys.release(request.name(), request.identity()), ReleaseRecord.class)
            .orElseThrow(SwiftDialect::noRelease);
    if (release.state() == State.DELETED) {
      throw new Failed(410, "This release was withdrawn: use another version.");
    }
    if (release.state() != State.AVAILABLE) {
      throw SwiftDialect.noRelease();
    }
    return release;
  }

  private Response release(Request request) {
    ReleaseRecord release = stored(request);
    Releases all = index.find(request.name(), release.identity().id());
    Optional<ReleaseView> own = all.find(release.identity());
    if (own.filter(r -> !r.withdrawn()).isEmpty()) {
      // Who sees the release finds it in the list, too.
      index.changed(request.name(), release.identity());
      all = index.find(request.name(), release.identity().id());
      own = all.find(release.identity());
    }
    return json(
        request,
        Documents.release(release),
        own.isPresent() ? Links.ofRelease(request.at(), all, own.get()) : List.of());
  }

  private Response manifest(Request request) {
    ReleaseRecord release = stored(request);
    List<SignedManifest> alternates = new ArrayList<>();
    SignedManifest main = null;
    for (SignedManifest manifest : release.signed().orElseThrow().manifests()) {
      if (manifest.file().equals(MANIFEST)) {
        main = manifest;
      } else {
        alternates.add(manifest);
      }
    }
    String wanted = request.uri().getQueryParameters().getFirst("swift-version");
    if (wanted != null) {
      return alternate(request, release, alternates, wanted);
    }
    if (main == null) {
      throw new IllegalStateException("a release without Package.swift: " + release.identity());
    }
    Response.ResponseBuilder response = manifest(request, main);
    links(response, Links.ofManifests(request.at().manifest(release), alternates));
    return response.build();
  }

  private static Response alternate(
      Request request, ReleaseRecord release, List<SignedManifest> alternates, String wanted) {
    ToolsVersion version =
        ToolsVersion.parse(wanted)
            .orElseThrow(() -> new Failed(400, "swift-version is a version such as 5.9 or 6.0.3."));
    return alternates.stream()
        .filter(a -> ToolsVersion.parse(a.toolsVersion()).filter(version::equals).isPresent())
        .findFirst()
        .map(a -> manifest(request, a).build())
        .orElseGet(
            () ->
                Response.status(303)
                    .header(HttpHeaders.LOCATION, request.at().manifest(release))
                    .header(CONTENT_VERSION, "1")
                    .header(HttpHeaders.CACHE_CONTROL, request.caching("public, no-cache"))
                    .build());
  }

  private static Response.ResponseBuilder manifest(Request request, SignedManifest manifest) {
    return document(request, manifest.content().toArray(), "text/x-swift", FIXED)
        .header("Content-Disposition", attachment(manifest.file()));
  }

  private static String attachment(String file) {
    return "attachment; filename=\"" + file + "\"";
  }

  private Response archive(Request request) {
    ReleaseRecord release = stored(request);
    SignedRelease signed = release.signed().orElseThrow();
    byte[] sha256 = HexFormat.of().parseHex(signed.sha256());
    return FileAnswers.answer(
            request.headers(),
            request.head(),
            signed.size(),
            signed.sha256(),
            (first, length) -> files.open(release.upload(), signed.archive(), first, length))
        .type(ZIP)
        .header(CONTENT_VERSION, "1")
        .header(HttpHeaders.CACHE_CONTROL, request.caching(FIXED))
        .header(
            "Content-Disposition",
            attachment(release.name() + "-" + release.identity().version() + ".zip"))
        .header("Digest", "sha-256=" + Base64.getEncoder().encodeToString(sha256))
        .header(SIGNATURE_FORMAT, Documents.CMS)
        .header(SIGNATURE, signed.signature().toBase64())
        .header("X-Content-Type-Options", "nosniff")
        .build();
  }

  private Response identifiers(Request request) {
    String url = request.uri().getQueryParameters().getFirst("url");
    if (url == null || url.isBlank()) {
      throw new Failed(400, "Name a source repository: ?url=ADDRESS.");
    }
    ReleaseView found =
        index
            .ofSource(request.name(), url)
            .orElseThrow(
                () ->
                    SwiftDialect.notFound(
                        "No package of this registry says that its source code is there."));
    return json(request, Documents.identifiers(found), List.of());
  }

  // ---- submissions ----------------------------------------------------------------------------

  private ReleaseRecord submitted(Request request) {
    return records
        .read(SwiftKeys.release(request.name(), request.identity()), ReleaseRecord.class)
        .filter(r -> r.submission().equals(request.route().submission()))
        .orElseThrow(() -> SwiftDialect.notFound("There is no such submission."));
  }

  private Response submission(Request request) {
    ReleaseRecord release = submitted(request);
    return switch (release.state()) {
      case RECEIVED -> pending(request.at(), release, List.of(), request.head());
      case AVAILABLE -> {
        // Who was told that it is there finds it.
        index.changed(request.name(), release.identity());
        yield Response.status(301)
            .header(HttpHeaders.LOCATION, request.at().release(release))
            .header(CONTENT_VERSION, "1")
            .header(HttpHeaders.CACHE_CONTROL, "no-store")
            .build();
      }
      case REFUSED -> throw refused(release);
      case DELETED, EXEMPT -> throw new Failed(410, "The release was withdrawn.");
    };
  }

  private static Failed refused(ReleaseRecord release) {
    return SwiftDialect.unprocessable(
        release
            .refusal()
            .map(r -> "The release was refused (" + r.code() + "): " + r.detail())
            .orElse("The release was refused."));
  }

  private static Response pending(
      SwiftAddresses at, ReleaseRecord release, List<String> warnings, boolean head) {
    byte[] body = status("pending", release, warnings);
    return Response.accepted(head ? null : body)
        .type(MediaType.APPLICATION_JSON)
        .header(HttpHeaders.CONTENT_LENGTH, body.length)
        .header(HttpHeaders.LOCATION, at.submission(release))
        .header(HttpHeaders.RETRY_AFTER, SOON)
        .header(CONTENT_VERSION, "1")
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  private static byte[] status(String status, ReleaseRecord release, List<String> warnings) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("status", status);
    document.put("id", release.scope() + "." + release.name());
    document.put("version", release.identity().version());
    document.put("acceptedAt", release.acceptedAt().toString());
    if (!warnings.isEmpty()) {
      warnings.forEach(document.putArray("warnings")::add);
    }
    return Json.write(document);
  }

  // ---- PUT and DELETE -------------------------------------------------------------------------

  private CompletionStage<Response> publish(Request request, String path, InputStream body)
      throws IOException {
    if (request.route().kind() != Kind.RELEASE && request.route().kind() != Kind.ARCHIVE) {
      throw notAllowed("Releases are published at scope/name/version.", "GET, HEAD");
    }
    Identity identity = request.route().published(path);
    return Edge.receiving(() -> published(request, identity, body));
  }

  private CompletionStage<Response> published(Request request, Identity identity, InputStream body)
      throws IOException {
    return publications
        .publish(
            new Publications.Request(
                request.granted().repository(),
                request.granted().settings(),
                request.at(),
                identity,
                request.route().scope(),
                request.route().name(),
                header(request.headers(), SIGNATURE_FORMAT),
                wait(request.headers()),
                request.headers().getHeaderString(HttpHeaders.CONTENT_TYPE),
                body))
        .thenApply(outcome -> published(request, identity, outcome));
  }

  /** {@code respond-async} is always sent and means nothing; {@code wait} may come with it. */
  private static Optional<Duration> wait(HttpHeaders headers) {
    return header(headers, "Prefer")
        .map(WAIT::matcher)
        .filter(Matcher::matches)
        .map(m -> Duration.ofSeconds(Long.parseLong(m.group(1))));
  }

  private Response published(Request request, Identity identity, Publications.Outcome outcome) {
    ReleaseRecord release = outcome.release();
    return switch (release.state()) {
      case RECEIVED -> pending(request.at(), release, outcome.warnings(), false);
      case AVAILABLE -> {
        index.changed(request.name(), identity);
        byte[] body = status("available", release, outcome.warnings());
        yield Response.status(Response.Status.CREATED)
            .entity(body)
            .type(MediaType.APPLICATION_JSON)
            .header(HttpHeaders.CONTENT_LENGTH, body.length)
            .header(HttpHeaders.LOCATION, request.at().release(release))
            .header(CONTENT_VERSION, "1")
            .header(HttpHeaders.CACHE_CONTROL, "no-store")
            .build();
      }
      case REFUSED -> throw refused(release);
      case DELETED, EXEMPT -> throw new Failed(409, "The release was withdrawn meanwhile.");
    };
  }

  private Response delete(Request request) {
    boolean done =
        switch (request.route().kind()) {
          case RELEASE -> withdrawals.withdraw(request.name(), request.identity());
          case SUBMISSION -> withdrawals.cancel(submitted(request));
          default -> throw notAllowed("Releases are withdrawn at scope/name/version.", "GET, HEAD");
        };
    if (!done) {
      throw request.route().kind() == Kind.RELEASE
          ? SwiftDialect.noRelease()
          : new Failed(409, "The submission is no longer pending: there is nothing to cancel.");
    }
    return Response.noContent().header(CONTENT_VERSION, "1").build();
  }
}
