package dev.countermark.gateway.nuget;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.ReplacedSignature;
import dev.countermark.format.nuget.NugetRecords.RepositorySignature;
import dev.countermark.format.nuget.NugetRecords.SignedPackage;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.metadata.NuGetVersion;
import dev.countermark.gateway.api.Problem;
import dev.countermark.gateway.api.Problem.Kind;
import dev.countermark.gateway.auth.Action;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * {@code /{owner}/{name}/status/nuget/{id}/{version}}: where the signing of a package stands. Who
 * may restore may ask.
 */
@Path("/{owner}/{name}/status/nuget")
@Blocking
public class StatusResource {
  private final FeedAccess access;
  private final Records records;
  private final Views views;

  StatusResource(FeedAccess access, Records records, Views views) {
    this.access = access;
    this.records = records;
    this.views = views;
  }

  /**
   * @param status {@code pending}, {@code signed}, {@code refused} or {@code deleted}
   * @param contentHash as lock files hold it
   * @param lagMillis from acceptance to the signature in force, milliseconds
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record Status(
      String status,
      String id,
      String version,
      boolean listed,
      String contentHash,
      Instant acceptedAt,
      Optional<RepositorySignature> signature,
      Optional<ReplacedSignature> replaced,
      Optional<Long> lagMillis,
      Optional<String> refusal,
      Optional<String> detail) {}

  @GET
  @Path("/{id}/{version}")
  @Produces(MediaType.APPLICATION_JSON)
  public Response get(
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("id") String id,
      @PathParam("version") String version,
      @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @HeaderParam("X-NuGet-ApiKey") String apiKey) {
    Optional<RepositoryName> repository = RepositoryName.parse(owner + "/" + name);
    Optional<Identity> identity =
        NuGetVersion.parse(version)
            .flatMap(v -> Identity.find(id.toLowerCase(Locale.ROOT), v.lower()));
    if (repository.isEmpty() || identity.isEmpty()) {
      return Problem.response(Kind.PACKAGE_UNKNOWN, "that is no package of a repository");
    }
    try {
      FeedAccess.Granted granted =
          access.check(
              repository.get(),
              Action.PULL,
              Optional.ofNullable(authorization),
              Optional.ofNullable(apiKey));
      views.meet(granted.repository());
    } catch (NugetException e) {
      Response.ResponseBuilder denied =
          Response.fromResponse(
              Problem.response(
                  e.status() == 401
                      ? Kind.UNAUTHENTICATED
                      : e.status() == 403 ? Kind.FORBIDDEN : Kind.REPOSITORY_UNKNOWN,
                  e.getMessage()));
      e.headers().forEach(denied::header);
      return denied.build();
    }
    return records
        .read(NugetKeys.version(repository.get(), identity.get()), VersionRecord.class)
        .map(
            record -> {
              if (record.state() == State.AVAILABLE) {
                // Who was told that it is signed finds it in the feed, too.
                views.packages().changed(repository.get(), identity.get());
              }
              return Response.ok(status(record))
                  .header(HttpHeaders.CACHE_CONTROL, "no-store")
                  .build();
            })
        .orElseGet(
            () ->
                Problem.response(
                    Kind.PACKAGE_UNKNOWN, "no package " + identity.get() + " in the feed"));
  }

  private static Status status(VersionRecord record) {
    Optional<RepositorySignature> signature = record.signed().map(SignedPackage::signature);
    return new Status(
        switch (record.state()) {
          case RECEIVED -> "pending";
          case AVAILABLE -> "signed";
          case REFUSED -> "refused";
          case DELETED -> "deleted";
          case EXEMPT -> "exempt";
        },
        record.id(),
        record.version(),
        record.listed(),
        record.contentHash(),
        record.acceptedAt(),
        signature,
        record.signed().flatMap(SignedPackage::replaced),
        signature.map(s -> Duration.between(record.acceptedAt(), s.signedAt()).toMillis()),
        record.refusal().map(r -> r.code().name()),
        record.refusal().map(r -> r.detail()));
  }

  @ServerExceptionMapper
  public Response unavailable(Failure.Transient failure) {
    return Problem.response(Kind.UNAVAILABLE, "the store does not answer: try again");
  }
}
