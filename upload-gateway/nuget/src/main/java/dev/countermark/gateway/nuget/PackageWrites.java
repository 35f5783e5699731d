package dev.countermark.gateway.nuget;

import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.SignedPackage;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.Patience;
import dev.countermark.gateway.kit.Quotas;
import dev.countermark.gateway.nuget.FeedRoute.Kind;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Pushes packages and symbols, and changes whether packages are listed. */
final class PackageWrites {
  private static final String SESSION = "X-NuGet-Session-Id";
  private static final String WARNING = "X-NuGet-Warning";

  private final PackageIntake intake;
  private final PackagePushes pushes;
  private final Listings listings;
  private final Views views;
  private final Quotas quotas;

  PackageWrites(
      PackageIntake intake, PackagePushes pushes, Listings listings, Views views, Quotas quotas) {
    this.quotas = quotas;
    this.views = views;
    this.intake = intake;
    this.pushes = pushes;
    this.listings = listings;
  }

  CompletionStage<Response> put(FeedRequest request) throws IOException {
    return switch (request.route().kind()) {
      case PUBLISH -> publish(request);
      case SYMBOLS ->
          intake
              .receive(
                  request.body(), piece -> pushes.pushSymbols(pushRequest(request, piece.open())))
              .thenApply(PackageWrites::symbolsPushed);
      default ->
          throw new Failed(405, "Packages are pushed to the address that the service index says.");
    };
  }

  private static Response symbolsPushed(List<String> warnings) {
    Response.ResponseBuilder response = Response.status(Response.Status.CREATED);
    warnings.forEach(w -> response.header(WARNING, FeedDialect.phrase(w)));
    return response.build();
  }

  private CompletionStage<Response> publish(FeedRequest request) throws IOException {
    requireRoom(request, request.body().announced());
    return intake
        .receive(
            request.body(),
            piece -> {
              if (request.body().announced() < 0) {
                requireRoom(request, piece.size()); // now it is known
              }
              return pushes.push(pushRequest(request, piece.open()));
            })
        .thenCompose(
            accepted ->
                accepted
                    .version()
                    .thenApply(version -> pushed(request, version, accepted.warnings())));
  }

  private void requireRoom(FeedRequest request, long bytes) {
    Optional<String> full = quotas.refusal(request.granted().repository(), bytes);
    if (full.isPresent()) {
      throw new Failed(403, full.get());
    }
  }

  private Response pushed(FeedRequest request, VersionRecord version, List<String> warnings) {
    Identity identity = version.identity();
    Response.ResponseBuilder response =
        switch (version.state()) {
          case RECEIVED -> Response.accepted();
          case AVAILABLE -> {
            // Who was told that it is there finds it.
            views.changed(request.name(), identity);
            yield Response.status(Response.Status.CREATED);
          }
          case REFUSED -> throw refused(version);
          case DELETED, EXEMPT -> throw new Failed(409, "The package was deleted meanwhile.");
        };
    response.header(HttpHeaders.LOCATION, request.at().status(identity.id(), identity.version()));
    warnings(version, warnings).forEach(w -> response.header(WARNING, FeedDialect.line(w)));
    return response.build();
  }

  /** What was seen of the upload, and of what became of it; each matter once. */
  private static List<String> warnings(VersionRecord version, List<String> upload) {
    Set<String> said = upload.stream().map(PackageWrites::code).collect(Collectors.toSet());
    return Stream.concat(
            upload.stream(),
            version.signed().map(SignedPackage::warnings).stream()
                .flatMap(List::stream)
                .filter(w -> !said.contains(code(w))))
        .toList();
  }

  private static String code(String warning) {
    int colon = warning.indexOf(':');
    return colon < 0 ? warning : warning.substring(0, colon);
  }

  private static Failed refused(VersionRecord version) {
    return new Failed(
        400,
        version
            .refusal()
            .map(r -> "The package was refused (" + r.code() + "): " + r.detail())
            .orElse("The package was refused."));
  }

  private PackagePushes.Request pushRequest(FeedRequest request, InputStream body) {
    return new PackagePushes.Request(
        request.granted().repository(),
        body,
        request.headers().getHeaderString(HttpHeaders.CONTENT_TYPE),
        request.header(SESSION),
        request.granted().subject(),
        Patience.of(request.headers(), pushes.longestWait()));
  }

  CompletionStage<Response> post(FeedRequest request) throws IOException {
    if (request.route().kind() != Kind.PUBLISHED) {
      return put(request);
    }
    if (!listings.relist(
        request.granted().repository(), request.identity(), request.granted().subject())) {
      throw FeedDialect.notFound("The feed has no such package.");
    }
    return CompletableFuture.completedFuture(Response.ok().build());
  }

  Response delete(FeedRequest request) {
    if (request.route().kind() != Kind.PUBLISHED) {
      throw new Failed(405, "Name the package and its version to delete it.");
    }
    if (!listings.remove(
        request.granted().repository(), request.identity(), request.granted().subject())) {
      throw FeedDialect.notFound("The feed has no such package.");
    }
    return Response.noContent().build();
  }
}
