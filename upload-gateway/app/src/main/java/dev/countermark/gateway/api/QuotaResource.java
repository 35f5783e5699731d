package dev.countermark.gateway.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.inventory.Usage;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemAnswers;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.StrictJson;
import dev.countermark.gateway.quota.Quota;
import dev.countermark.gateway.quota.RepositoryQuotas;
import dev.countermark.gateway.transfer.Bodies;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/repositories/{owner}/{name}/quota}: how much may lie there. */
@Path("/api/v1/repositories/{owner}/{name}/quota")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Quota")
@SecurityRequirement(name = ManagementApi.TOKEN)
@APIResponse(responseCode = "400", ref = ProblemAnswers.MALFORMED)
@APIResponse(responseCode = "401", ref = ProblemAnswers.UNAUTHENTICATED)
@APIResponse(responseCode = "403", ref = ProblemAnswers.FORBIDDEN)
@APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
@APIResponse(responseCode = "406", ref = ProblemAnswers.NOT_ACCEPTABLE)
@APIResponse(responseCode = "429", ref = ProblemAnswers.TOO_MANY)
@APIResponse(responseCode = "500", ref = ProblemAnswers.UNFORESEEN)
@APIResponse(responseCode = "503", ref = ProblemAnswers.UNAVAILABLE)
public class QuotaResource {
  private final Managers managers;
  private final RepositoryAdministration administration;
  private final RepositoryQuotas quotas;
  private final Bodies bodies;

  QuotaResource(
      Managers managers,
      RepositoryAdministration administration,
      RepositoryQuotas quotas,
      Bodies bodies) {
    this.managers = managers;
    this.administration = administration;
    this.quotas = quotas;
    this.bodies = bodies;
  }

  /**
   * @param bytes null for no bound
   * @param packages null for no bound
   */
  @Schema(name = "Quota")
  record Wanted(
      @JsonProperty("bytes")
          @Schema(description = "of packages as they were pushed; left out: no bound")
          Long bytes,
      @JsonProperty("packages")
          @Schema(description = "without signatures and attestations; left out: no bound")
          Long packages) {
    private Quota checked() {
      if (bytes != null && bytes < 0 || packages != null && packages < 0) {
        throw new ProblemException(Kind.INVALID_VALUE, "bytes and packages are 0 or more");
      }
      return new Quota(Optional.ofNullable(bytes), Optional.ofNullable(packages));
    }
  }

  /**
   * @param used absent while it is not known
   */
  @Schema(name = "QuotaAndUsage")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Answer(Long bytes, Long packages, Usage used) {}

  /** Quota and usage. */
  @GET
  @Operation(operationId = "getQuota", summary = "Read how much may lie in a repository, and does")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Answer.class)))
  public Answer get(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name) {
    RepositoryName repository = Requests.repository(owner, name);
    managers.managerOf(repository, authorization);
    return answer(
        administration
            .find(repository)
            .orElseThrow(() -> RepositoriesResource.unknown(repository)));
  }

  /** Replaces the quota; whom it bounds does not set it. */
  @PUT
  @Consumes(MediaType.WILDCARD)
  @Operation(
      operationId = "putQuota",
      summary = "Say how much may lie in a repository",
      description = "Only the admin token does. What lies there already stays.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Wanted.class)))
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Answer.class)))
  @APIResponse(responseCode = "408", ref = ProblemAnswers.TOO_SLOW)
  @APIResponse(responseCode = "413", ref = ProblemAnswers.TOO_LARGE)
  public CompletionStage<Answer> put(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("owner") String owner,
      @PathParam("name") String name) {
    RepositoryName repository = Requests.repository(owner, name);
    Access manager = managers.managerOf(repository, authorization);
    if (!manager.isAdministrator()) {
      throw new ProblemException(Kind.FORBIDDEN, "quotas are set with the admin token");
    }
    return StrictJson.receive(bodies.incoming(), Wanted.class)
        .thenApply(
            wanted -> {
              Quota quota = wanted.checked();
              return administration
                  .change(repository, manager.subject(), quota::in)
                  .map(this::answer)
                  .orElseThrow(() -> RepositoriesResource.unknown(repository));
            });
  }

  private Answer answer(RepositoryRecord repository) {
    Quota quota = Quota.of(repository);
    return new Answer(
        quota.bytes().orElse(null),
        quota.packages().orElse(null),
        quotas.usage(repository).orElse(null));
  }
}
