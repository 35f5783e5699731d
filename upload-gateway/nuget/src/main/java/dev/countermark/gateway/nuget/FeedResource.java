package dev.countermark.gateway.nuget;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.metadata.NuGetVersion;
import dev.countermark.gateway.addresses.PublicAddresses;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.content.FileAnswers;
import dev.countermark.gateway.content.RequestBody;
import dev.countermark.gateway.kit.Call;
import dev.countermark.gateway.kit.Edge;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.RepositoryAccess.Credentials;
import dev.countermark.gateway.nuget.FeedAccess.Granted;
import dev.countermark.gateway.nuget.FeedRoute.Kind;
import dev.countermark.gateway.nuget.view.PackageVersions;
import dev.countermark.gateway.nuget.view.SearchRequest;
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
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.cert.CertificateEncodingException;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * The edge of the NuGet v3 protocol: reads requests, checks callers, writes answers.
 *
 * @see "nuget reference, sections 5 and 6"
 */
@Path("/{owner}/{name}/nuget/v3")
@Blocking
public class FeedResource {
  private static final String NUPKG = ".nupkg";
  private static final String NUSPEC = ".nuspec";
  static final String API_KEY = "X-NuGet-ApiKey";
  private static final String SESSION = "X-NuGet-Session-Id";
  private static final String WARNING = "X-NuGet-Warning";
  private static final int DEFAULT_TAKE = 20;

  private final Edge edge = new Edge(new FeedDialect());
  private final FeedAccess access;
  private final PublicAddresses addresses;
  private final PackagePushes pushes;
  private final PackageFiles files;
  private final Records records;
  private final Views views;
  private final Listings listings;
  private final SigningCertificates certificates;
  private final SignedAudit audit;

  FeedResource(
      FeedAccess access,
      PublicAddresses addresses,
      PackagePushes pushes,
      PackageFiles files,
      Records records,
      Views views,
      Listings listings,
      SigningCertificates certificates,
      SignedAudit audit) {
    this.access = access;
    this.addresses = addresses;
    this.pushes = pushes;
    this.files = files;
    this.records = records;
    this.views = views;
    this.listings = listings;
    this.certificates = certificates;
    this.audit = audit;
  }

  /** One request, as the handlers see it. */
  private record Request(
      FeedRoute route,
      Granted granted,
      FeedAddresses at,
      MultivaluedMap<String, String> query,
      HttpHeaders headers,
      InputStream body,
      boolean head) {
    RepositoryName name() {
      return granted.repository().repository();
    }

    Optional<String> header(String name) {
      return Optional.ofNullable(headers.getHeaderString(name)).filter(v -> !v.isBlank());
    }

    String parameter(String name) {
      return Optional.ofNullable(query.getFirst(name)).orElse("");
    }

    Identity identity() {
      return route.identity().orElseThrow(() -> FeedDialect.notFound("There is no such package."));
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
  }

  @GET
  @Path("/{path:.*}")
  public Response get(@BeanParam Incoming incoming) {
    return answer(incoming, null, false, Action.PULL, this::get);
  }

  @HEAD
  @Path("/{path:.*}")
  public Response head(@BeanParam Incoming incoming) {
    return answer(incoming, null, true, Action.PULL, this::get);
  }

  @PUT
  @Path("/{path:.*}")
  @Consumes(MediaType.WILDCARD)
  public Response put(@BeanParam Incoming incoming, InputStream body) {
    return answer(incoming, body, false, Action.PUSH, this::put);
  }

  @POST
  @Path("/{path:.*}")
  @Consumes(MediaType.WILDCARD)
  public Response post(@BeanParam Incoming incoming, InputStream body) {
    return answer(incoming, body, false, Action.PUSH, this::post);
  }

  @DELETE
  @Path("/{path:.*}")
  public Response delete(@BeanParam Incoming incoming) {
    return answer(incoming, null, false, Action.DELETE, this::delete);
  }

  private Response answer(
      Incoming incoming, InputStream body, boolean head, Action action, Handler handler) {
    return edge.answer(
        new Call(incoming.path, head, incoming.http),
        () -> handler.answer(request(incoming, body, head, action)));
  }

  private Request request(Incoming incoming, InputStream body, boolean head, Action action) {
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
    return new Request(
        route,
        granted,
        new FeedAddresses(addresses.base(incoming.http.isSSL()), repository),
        incoming.uri.getQueryParameters(),
        incoming.headers,
        new RequestBody(body),
        head);
  }

  private static Credentials credentials(HttpHeaders headers) {
    return new Credentials(
        Optional.ofNullable(headers.getHeaderString(HttpHeaders.AUTHORIZATION)),
        Optional.ofNullable(headers.getHeaderString(API_KEY)).filter(k -> !k.isBlank()));
  }

  // ---- GET and HEAD ---------------------------------------------------------------------------

  private Response get(Request request) throws IOException {
    return switch (request.route().kind()) {
      case SERVICE_INDEX -> json(request, ServiceIndex.document(request.at()));
      case VERSIONS -> versions(request);
      case FILE -> file(request);
      case REGISTRATION_INDEX, REGISTRATION_PAGE, REGISTRATION_LEAF -> registration(request);
      case SEARCH -> search(request);
      case AUTOCOMPLETE -> autocomplete(request);
      case SIGNATURES -> signatures(request);
      case CERTIFICATE -> certificate(request);
      default -> throw new Failed(405, "This address takes packages; it has nothing to read.");
    };
  }

  private static Response json(Request request, byte[] document) {
    return body(request, document, MediaType.APPLICATION_JSON).build();
  }

  private static Response.ResponseBuilder body(Request request, byte[] content, String type) {
    return Response.ok(request.head() ? null : content)
        .type(type)
        .header(HttpHeaders.CONTENT_LENGTH, content.length)
        .header("X-Content-Type-Options", "nosniff");
  }

  private PackageVersions packageOf(Request request) {
    String id = request.route().id();
    PackageVersions versions =
        id.length() > 100
            ? views.packages().find(request.name(), "")
            : views.packages().find(request.name(), id.toLowerCase(Locale.ROOT));
    if (versions.isEmpty()) {
      throw FeedDialect.notFound("The feed has no such package.");
    }
    return versions;
  }

  private Response versions(Request request) {
    return json(request, new Documents(request.at()).versions(packageOf(request)));
  }

  private Response file(Request request) throws IOException {
    Identity identity = request.identity();
    VersionRecord version =
        records
            .read(NugetKeys.version(request.name(), identity), VersionRecord.class)
            .filter(v -> v.state() == State.AVAILABLE)
            .orElseThrow(() -> FeedDialect.notFound("The feed has no such package."));
    String file = request.route().detail();
    if (file.equals(identity.id() + "." + identity.version() + NUPKG)) {
      return nupkg(request, version);
    }
    if (file.equals(identity.id() + NUSPEC)) {
      return body(request, version.nuspec().toArray(), "application/xml").build();
    }
    return FeedRoute.EMBEDDED.contains(file)
        ? embedded(request, version, file)
        : notFound("The package has no such file.");
  }

  private static Response notFound(String message) {
    throw FeedDialect.notFound(message);
  }

  private Response nupkg(Request request, VersionRecord version) {
    var signed = version.signed().orElseThrow().file();
    return FileAnswers.answer(
            request.headers(),
            request.head(),
            signed.size(),
            signed.etag(),
            (first, length) -> files.open(version, first, length))
        .type(MediaType.APPLICATION_OCTET_STREAM)
        .build();
  }

  /** Files that strangers brought: never anything that a browser would run. */
  private Response embedded(Request request, VersionRecord version, String kind)
      throws IOException {
    Optional<String> name =
        switch (kind) {
          case "icon" -> version.icon();
          case "readme" -> version.readme();
          default -> version.license();
        };
    byte[] content = name.isEmpty() ? null : files.embedded(version, name.get()).orElse(null);
    if (content == null) {
      return notFound("The package has no " + kind + ".");
    }
    String type =
        switch (kind) {
          case "icon" ->
              name.get().toLowerCase(Locale.ROOT).endsWith(".png") ? "image/png" : "image/jpeg";
          case "readme" -> "text/markdown; charset=utf-8";
          default -> "text/plain; charset=utf-8";
        };
    return body(request, content, type)
        .header("Content-Security-Policy", "sandbox; default-src 'none'")
        .build();
  }

  private Response registration(Request request) {
    String hive = request.route().detail();
    PackageVersions seen = packageOf(request);
    if (!hive.equals(ServiceIndex.SEMVER2)) {
      seen = seen.only(v -> !v.isSemVer2());
    }
    if (seen.isEmpty()) {
      return notFound("The feed has no such package.");
    }
    Documents documents = new Documents(request.at());
    String id = request.route().id().toLowerCase(Locale.ROOT);
    byte[] document =
        switch (request.route().kind()) {
          case REGISTRATION_INDEX -> documents.registration(hive, id, seen);
          case REGISTRATION_PAGE ->
              documents
                  .registrationPage(hive, id, request.route().version(), seen)
                  .orElseThrow(() -> FeedDialect.notFound("There is no such page."));
          default ->
              documents.registrationLeaf(
                  hive,
                  seen.find(request.identity())
                      .orElseThrow(() -> FeedDialect.notFound("There is no such version.")));
        };
    if (hive.equals(ServiceIndex.PLAIN)) {
      return json(request, document);
    }
    // These hives are compressed whatever the client accepts: that is what they are.
    return body(request, gzip(document), MediaType.APPLICATION_JSON)
        .header(HttpHeaders.CONTENT_ENCODING, "gzip")
        .build();
  }

  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(content.length / 4 + 100);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException("writing into memory", e);
    }
    return out.toByteArray();
  }

  private Response search(Request request) {
    SearchRequest wanted = searchRequest(request);
    String hive = wanted.semVer2() ? ServiceIndex.SEMVER2 : ServiceIndex.GZIP;
    return json(
        request,
        new Documents(request.at())
            .search(hive, request.name().owner(), views.searches().search(request.name(), wanted)));
  }

  private static SearchRequest searchRequest(Request request) {
    String type = request.parameter("packageType");
    return new SearchRequest(
        request.parameter("q"),
        number(request.parameter("skip"), 0),
        number(request.parameter("take"), DEFAULT_TAKE),
        Boolean.parseBoolean(request.parameter("prerelease")),
        NuGetVersion.parse(request.parameter("semVerLevel"))
            .map(v -> v.compareTo(SEMVER_2) >= 0)
            .orElse(false),
        Optional.of(type.isEmpty() ? request.parameter("packageTypeFilter") : type)
            .filter(t -> !t.isEmpty()));
  }

  private static final NuGetVersion SEMVER_2 = NuGetVersion.parse("2.0.0").orElseThrow();

  private static int number(String text, int otherwise) {
    try {
      return text.isEmpty() ? otherwise : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new Failed(400, "skip and take are numbers.");
    }
  }

  private Response autocomplete(Request request) {
    SearchRequest wanted = searchRequest(request);
    Documents documents = new Documents(request.at());
    String id = request.parameter("id");
    if (!id.isEmpty()) {
      PackageVersions versions =
          views
              .packages()
              .find(request.name(), id.length() > 100 ? "" : id.toLowerCase(Locale.ROOT))
              .only(wanted::covers);
      return json(request, documents.versionsOf(versions));
    }
    return json(request, documents.ids(views.searches().idsLike(request.name(), wanted)));
  }

  private Response signatures(Request request) {
    String version = request.route().detail();
    if (!request.at().secure() || !ServiceIndex.SIGNATURES.contains(version)) {
      return notFound("The feed has no such address.");
    }
    // Clients that ask for the older ones could not install anything.
    boolean allSigned =
        version.equals("5.0.0")
            && request.granted().settings().announceAllSigned()
            && audit.allSigned(request.name());
    return json(
        request, certificates.document(request.at(), certificates.of(request.name()), allSigned));
  }

  private Response certificate(Request request) {
    SigningCertificates.Entry entry =
        certificates
            .find(request.name(), request.route().detail())
            .orElseThrow(() -> FeedDialect.notFound("There is no such certificate."));
    try {
      return body(request, entry.certificate().getEncoded(), "application/pkix-cert").build();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate that cannot be encoded", e);
    }
  }

  // ---- PUT, POST, DELETE ----------------------------------------------------------------------

  private Response put(Request request) throws IOException {
    if (request.route().kind() == Kind.PUBLISH) {
      PackagePushes.Accepted accepted = Edge.receiving(() -> pushes.push(pushRequest(request)));
      Response.ResponseBuilder response =
          Response.accepted()
              .header(
                  HttpHeaders.LOCATION,
                  request.at().status(accepted.identity().id(), accepted.identity().version()));
      accepted.warnings().forEach(w -> response.header(WARNING, w));
      return response.build();
    }
    if (request.route().kind() == Kind.SYMBOLS) {
      Edge.receiving(() -> pushes.pushSymbols(pushRequest(request)));
      return Response.status(Response.Status.CREATED).build();
    }
    throw new Failed(405, "Packages are pushed to the address that the service index says.");
  }

  private static PackagePushes.Request pushRequest(Request request) {
    return new PackagePushes.Request(
        request.granted().repository(),
        request.body(),
        request.headers().getHeaderString(HttpHeaders.CONTENT_TYPE),
        request.header(SESSION),
        request.granted().subject());
  }

  private Response post(Request request) throws IOException {
    if (request.route().kind() != Kind.PUBLISHED) {
      return put(request);
    }
    if (!listings.relist(request.granted().repository(), normalized(request))) {
      return notFound("The feed has no such package.");
    }
    return Response.ok().build();
  }

  private Response delete(Request request) {
    if (request.route().kind() != Kind.PUBLISHED) {
      throw new Failed(405, "Name the package and its version to delete it.");
    }
    if (!listings.remove(request.granted().repository(), normalized(request))) {
      return notFound("The feed has no such package.");
    }
    return Response.noContent().build();
  }

  /** Here clients write id and version as people do. */
  private static Identity normalized(Request request) {
    return NuGetVersion.parse(request.route().version())
        .flatMap(v -> Identity.find(request.route().id().toLowerCase(Locale.ROOT), v.lower()))
        .orElseThrow(() -> FeedDialect.notFound("The feed has no such package."));
  }
}
