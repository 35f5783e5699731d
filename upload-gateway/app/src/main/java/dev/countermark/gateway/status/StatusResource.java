package dev.countermark.gateway.status;

import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.auth.AuthChallenge;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.kit.DeniedException;
import dev.countermark.gateway.kit.Fence;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.Problem;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemAnswers;
import dev.countermark.gateway.kit.RepositoryAccess;
import dev.countermark.gateway.kit.RepositoryAccess.Credentials;
import dev.countermark.gateway.kit.Waits;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * {@code /{owner}/{name}/status/{format}/…}: where the signing of a package stands. Who may read
 * the package may ask, with the same credentials.
 */
@Path("/{owner}/{name}/status/{format}")
@Blocking
@Tag(name = "Status")
@APIResponse(responseCode = "401", ref = ProblemAnswers.UNAUTHENTICATED)
@APIResponse(responseCode = "403", ref = ProblemAnswers.FORBIDDEN)
@APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
@APIResponse(responseCode = "406", ref = ProblemAnswers.NOT_ACCEPTABLE)
@APIResponse(responseCode = "500", ref = ProblemAnswers.UNFORESEEN)
@APIResponse(responseCode = "503", ref = ProblemAnswers.UNAVAILABLE)
public class StatusResource {
  private final GatewayFormats formats;
  private final Integrity integrity;
  private final Waits waits;
  private final Fence fence;

  StatusResource(GatewayFormats formats, Integrity integrity, Waits waits, Fence fence) {
    this.fence = fence;
    this.formats = formats;
    this.integrity = integrity;
    this.waits = waits;
  }

  @GET
  @Path("/{package: .*}")
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "signingStatus",
      summary = "Where the signing of a package stands",
      description = "How packages are named in the address is said on the page of each format.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = SigningStatus.class)))
  public Response get(
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("format") String label,
      @PathParam("package") String rest,
      @Context HttpHeaders headers) {
    Optional<GatewayFormat<?, ?>> format = formats.find(label);
    Optional<RepositoryName> repository = RepositoryName.parse(owner + "/" + name);
    if (repository.isEmpty()) {
      return Problem.response(Kind.REPOSITORY_UNKNOWN, "that is no repository name");
    }
    if (format.isEmpty()) {
      return Problem.response(
          Kind.PACKAGE_UNKNOWN,
          "a status is at /{owner}/{repository}/status/{format}/…; formats are "
              + formats.labels());
    }
    return status(format.get(), repository.get(), rest, headers);
  }

  private <R extends PackageRecord<R>, S> Response status(
      GatewayFormat<R, S> format, RepositoryName repository, String rest, HttpHeaders headers) {
    RepositoryAccess.Granted<S> caller;
    try {
      caller = format.access().check(repository, Action.PULL, credentials(format, headers));
    } catch (DeniedException e) {
      return denied(e);
    }
    return format
        .statusKey(repository, rest)
        .flatMap(key -> integrity.read(key, format.format().recordType()))
        .filter(record -> format.mayBeTold(caller, record))
        .filter(record -> fence.shows(caller.repository(), record))
        .map(
            record -> {
              format.shown(record);
              return Response.ok(
                      SigningStatus.of(
                          format.format().label(),
                          record,
                          isDamaged(format, record),
                          waits.of(format.format(), record),
                          format.statusDetails(record)))
                  .header(HttpHeaders.CACHE_CONTROL, "no-store")
                  .build();
            })
        .orElseGet(
            () ->
                Problem.response(
                    Kind.PACKAGE_UNKNOWN, "there is no such package in " + repository));
  }

  private <R extends PackageRecord<R>> boolean isDamaged(GatewayFormat<R, ?> format, R record) {
    return format
            .format()
            .recordKey(record.repository(), record.packageName(), record.digest())
            .filter(key -> integrity.isHeld(key, record.parts().toList()))
            .isPresent()
        || format.needs(record).anyMatch(integrity::isHeld);
  }

  private static Credentials credentials(GatewayFormat<?, ?> format, HttpHeaders headers) {
    return new Credentials(
        Optional.ofNullable(headers.getHeaderString(HttpHeaders.AUTHORIZATION)),
        format.tokenHeader().map(headers::getHeaderString).filter(token -> !token.isBlank()));
  }

  private static Response denied(DeniedException e) {
    return switch (e.reason()) {
      case INVALID_CREDENTIALS, NO_CREDENTIALS ->
          Response.fromResponse(
                  Problem.response(
                      Kind.UNAUTHENTICATED,
                      e.getMessage() + ": send the user name and token that read packages"))
              .header(HttpHeaders.WWW_AUTHENTICATE, AuthChallenge.BASIC)
              .build();
      case READ_ONLY, FORBIDDEN -> Problem.response(Kind.FORBIDDEN, e.getMessage());
      case UNKNOWN_REPOSITORY -> Problem.response(Kind.REPOSITORY_UNKNOWN, e.getMessage());
    };
  }
}
