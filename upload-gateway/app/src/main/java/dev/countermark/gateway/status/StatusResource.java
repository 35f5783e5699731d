package dev.countermark.gateway.status;

import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.auth.AuthChallenge;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.kit.DeniedException;
import dev.countermark.gateway.kit.Fence;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.Patience;
import dev.countermark.gateway.kit.Problem;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemAnswers;
import dev.countermark.gateway.kit.RepositoryAccess;
import dev.countermark.gateway.kit.RepositoryAccess.Credentials;
import dev.countermark.gateway.kit.SettledPackages;
import dev.countermark.gateway.kit.Waits;
import dev.countermark.gateway.letters.Letters;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
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
@APIResponse(responseCode = "429", ref = ProblemAnswers.TOO_MANY)
@APIResponse(responseCode = "500", ref = ProblemAnswers.UNFORESEEN)
@APIResponse(responseCode = "503", ref = ProblemAnswers.UNAVAILABLE)
public class StatusResource {
  private final GatewayFormats formats;
  private final Integrity integrity;
  private final Waits waits;
  private final Fence fence;
  private final SettledPackages settled;
  private final Letters letters;

  StatusResource(
      GatewayFormats formats,
      Integrity integrity,
      Waits waits,
      Fence fence,
      SettledPackages settled,
      Letters letters) {
    this.letters = letters;
    this.settled = settled;
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
      description =
          "How packages are named in the address is said on the page of each format. With wait, the"
              + " answer comes when the package is signed or refused, or after so many seconds.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = SigningStatus.class)))
  @APIResponse(responseCode = "400", ref = ProblemAnswers.MALFORMED)
  public CompletionStage<Response> get(
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("format") String label,
      @PathParam("package") String rest,
      @Parameter(
              description = "seconds to wait at most, 0 to 60",
              schema = @Schema(type = SchemaType.INTEGER, minimum = "0", maximum = "60"))
          @QueryParam("wait")
          String wait,
      @Context HttpHeaders headers) {
    Optional<GatewayFormat<?, ?>> format = formats.find(label);
    Optional<RepositoryName> repository = RepositoryName.parse(owner + "/" + name);
    if (repository.isEmpty()) {
      return answered(Problem.response(Kind.REPOSITORY_UNKNOWN, "that is no repository name"));
    }
    if (format.isEmpty()) {
      return answered(
          Problem.response(
              Kind.PACKAGE_UNKNOWN,
              "a status is at /{owner}/{repository}/status/{format}/…; formats are "
                  + formats.labels()));
    }
    return status(
        format.get(),
        new Asked(
            repository.get(),
            rest,
            credentials(format.get(), headers),
            Patience.ofParameter(wait)));
  }

  /** One question. */
  private record Asked(
      RepositoryName repository, String rest, Credentials credentials, Duration patience) {}

  private static CompletionStage<Response> answered(Response response) {
    return CompletableFuture.completedFuture(response);
  }

  /** Waits without a thread, and then looks as if it were asked for the first time. */
  private <R extends PackageRecord<R>, S> CompletionStage<Response> status(
      GatewayFormat<R, S> format, Asked asked) {
    try {
      RepositoryAccess.Granted<S> caller = allowed(format, asked);
      Optional<R> record = record(format, caller, asked);
      if (asked.patience().isZero() || record.filter(r -> r.state() == State.RECEIVED).isEmpty()) {
        return answered(answer(format, asked, record));
      }
      String key = format.statusKey(asked.repository(), asked.rest()).orElseThrow();
      return settled
          .listen(format.format(), key, record.get())
          .settled(asked.patience())
          .thenApply(now -> again(format, asked));
    } catch (DeniedException e) {
      return answered(denied(e));
    }
  }

  private <R extends PackageRecord<R>, S> Response again(GatewayFormat<R, S> format, Asked asked) {
    try {
      return answer(format, asked, record(format, allowed(format, asked), asked));
    } catch (DeniedException e) {
      return denied(e);
    }
  }

  private static <S> RepositoryAccess.Granted<S> allowed(GatewayFormat<?, S> format, Asked asked) {
    return format.access().check(asked.repository(), Action.PULL, asked.credentials());
  }

  private <R extends PackageRecord<R>, S> Optional<R> record(
      GatewayFormat<R, S> format, RepositoryAccess.Granted<S> caller, Asked asked) {
    return format
        .statusKey(asked.repository(), asked.rest())
        .flatMap(key -> integrity.read(key, format.format().recordType()))
        .filter(record -> format.mayBeTold(caller, record))
        .filter(record -> fence.shows(caller.repository(), record));
  }

  private <R extends PackageRecord<R>> Response answer(
      GatewayFormat<R, ?> format, Asked asked, Optional<R> found) {
    return found
        .map(
            record -> {
              format.shown(record);
              return Response.ok(
                      SigningStatus.of(
                          format.format().label(),
                          record,
                          isDamaged(format, record),
                          waits.of(format.format(), record),
                          letters.of(format.format(), record),
                          format.statusDetails(record)))
                  .header(HttpHeaders.CACHE_CONTROL, "no-store")
                  .build();
            })
        .orElseGet(
            () ->
                Problem.response(
                    Kind.PACKAGE_UNKNOWN, "there is no such package in " + asked.repository()));
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
