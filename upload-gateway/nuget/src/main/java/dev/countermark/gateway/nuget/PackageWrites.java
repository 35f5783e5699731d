package dev.countermark.gateway.nuget;

import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.metadata.NuGetVersion;
import dev.countermark.gateway.kit.Edge;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.nuget.FeedRoute.Kind;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Locale;

/** Pushes packages and symbols, and changes whether packages are listed. */
final class PackageWrites {
  private static final String SESSION = "X-NuGet-Session-Id";
  private static final String WARNING = "X-NuGet-Warning";

  private final PackagePushes pushes;
  private final Listings listings;

  PackageWrites(PackagePushes pushes, Listings listings) {
    this.pushes = pushes;
    this.listings = listings;
  }

  Response put(FeedRequest request) throws IOException {
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

  private static PackagePushes.Request pushRequest(FeedRequest request) {
    return new PackagePushes.Request(
        request.granted().repository(),
        request.body(),
        request.headers().getHeaderString(HttpHeaders.CONTENT_TYPE),
        request.header(SESSION),
        request.granted().subject());
  }

  Response post(FeedRequest request) throws IOException {
    if (request.route().kind() != Kind.PUBLISHED) {
      return put(request);
    }
    if (!listings.relist(request.granted().repository(), normalized(request))) {
      throw FeedDialect.notFound("The feed has no such package.");
    }
    return Response.ok().build();
  }

  Response delete(FeedRequest request) {
    if (request.route().kind() != Kind.PUBLISHED) {
      throw new Failed(405, "Name the package and its version to delete it.");
    }
    if (!listings.remove(request.granted().repository(), normalized(request))) {
      throw FeedDialect.notFound("The feed has no such package.");
    }
    return Response.noContent().build();
  }

  /** Here clients write id and version as people do. */
  private static Identity normalized(FeedRequest request) {
    return NuGetVersion.parse(request.route().version())
        .flatMap(v -> Identity.find(request.route().id().toLowerCase(Locale.ROOT), v.lower()))
        .orElseThrow(() -> FeedDialect.notFound("The feed has no such package."));
  }
}
